using Storytime;
using Storytime.Accounts;
using Storytime.Admin;
using Storytime.Children;
using Storytime.Data;
using Storytime.Playback;
using Storytime.Platform;
using Storytime.Usage;
using Storytime.Videos;

var builder = WebApplication.CreateBuilder(args);

builder.AddPlatform();
builder.AddJobs(Schedules.Set);
builder.Services.AddStorytimeData();
builder.Services.AddAccounts();
builder.Services.AddChildren();
builder.Services.AddVideos();
builder.Services.AddUsage();
builder.Services.AddPlayback();
builder.Services.AddAdmin();

await using var app = builder.Build();

switch (args)
{
    case ["migrate", ..]:
        await Migrate.RunAsync(app.Services, CancellationToken.None);
        return 0;
    case ["create-admin", var email, var role]:
        return await CreateAdmin.RunAsync(app.Services, email, role, CancellationToken.None);
    case ["create-admin", ..]:
        return await CreateAdmin.RunAsync(app.Services, "", "", CancellationToken.None);
}

// In production migrations are a step of the deployment; two nodes that start together must not race for them.
if (app.Environment.IsDevelopment())
    await Migrate.RunAsync(app.Services, CancellationToken.None);

app.UsePlatform();
Api.Map(app);

return await app.ServeAsync();
