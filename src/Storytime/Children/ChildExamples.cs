using Storytime.Platform.OpenApi;

namespace Storytime.Children;

internal static class ChildExamples
{
    private const string Avatar = "https://img.example.com/fox.png";

    public static IEnumerable<ApiExample> All =>
    [
        new(new CreateChildRequest("Mia", Avatar, 2020)),
        new(new UpdateChildRequest { Name = "Mia Rose" }),
        new(new ChildResponse(7, "Mia", Avatar, 2020, new ScreenTimeResponse(45, [new QuietHoursResponse("19:30", "06:30")], "America/New_York", true), ApiExample.Earlier, ApiExample.Now)),
        new(new SetScreenTimeRequest(45, [new QuietHoursRequest("19:30", "06:30")], "America/New_York", true)),
        new(new ChangePasswordRequest("correct horse battery", "seven purple otters")),
        new(new RenameChildSessionRequest("Mia's iPad")),
        new(new StartChildSessionRequest("Kitchen iPad")),
        new(new StartChildSessionResponse("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl", Session)),
        new(Session),
    ];

    private static ChildSessionResponse Session => new(31, 7, "Kitchen iPad", ApiExample.Now, ApiExample.Now.AddDays(30), null, null);
}
