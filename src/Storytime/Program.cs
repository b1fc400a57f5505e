using Microsoft.Extensions.Options;
using Storytime;
using Storytime.Accounts;
using Storytime.Admin;
using Storytime.Admin.Shell;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Data;
using Storytime.Library;
using Storytime.Platform;
using Storytime.Platform.OpenApi;
using Storytime.Playback;
using Storytime.Privacy;
using Storytime.Reporting;
using Storytime.Rights;
using Storytime.Usage;
using Storytime.Videos;

// Settings stand beside the program, wherever it is started from.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

// Outside a published folder the console's files lie beside their packages.
builder.WebHost.UseStaticWebAssets();
builder.AddPlatform(ApiJson.Default, () => Examples.All);
builder.AddJobs(Schedules.Set);
builder.Services.AddStorytimeData();
builder.Services.AddAccounts();
builder.Services.AddChildren();
builder.Services.AddCatalog();
builder.Services.AddRights();
builder.Services.AddVideos();
builder.Services.AddUsage();
builder.Services.AddLibrary();
builder.Services.AddPlayback();
builder.Services.AddPrivacy();
builder.Services.AddReporting();
builder.Services.AddAdmin();

await using var app = builder.Build();

return await Settings.OrExplainAsync(() => args switch
{
    ["migrate", ..] => Migrate.RunAsync(app.Services, CancellationToken.None),
    ["create-admin", var email, var role] => CreateAdmin.RunAsync(app.Services, email, role, CancellationToken.None),
    ["create-admin", ..] => CreateAdmin.RunAsync(app.Services, "", "", CancellationToken.None),
    ["rebuild-rollups", ..] => RebuildRollUps.RunAsync(app.Services, CancellationToken.None),
    ["openapi", ..] => DescribeAsync(),
    _ => ServeAsync(),
});

Task<int> DescribeAsync()
{
    Api.Map(app);
    return WriteOpenApi.RunAsync(app, CancellationToken.None);
}

async Task<int> ServeAsync()
{
    app.Services.GetRequiredService<IStartupValidator>().Validate();
    // In production migrations are a step of the deployment; two nodes that start together must not race for them.
    if (app.Environment.IsDevelopment())
        await Migrate.RunAsync(app.Services, CancellationToken.None);
    app.UsePlatform();
    app.UseConsole();
    Api.Map(app);
    app.MapConsole();
    await app.RunAsync();
    return 0;
}
