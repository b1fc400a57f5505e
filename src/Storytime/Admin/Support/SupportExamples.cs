using Storytime.Accounts;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Platform.OpenApi;
using Storytime.Rights;

namespace Storytime.Admin.Support;

internal static class SupportExamples
{
    private const string Country = "US";
    private const string Title = "The Moon Boat";
    private static readonly Guid _session = new("0190b0e0-1111-7222-8333-944455566677");
    private static readonly DateTimeOffset _at = ApiExample.Now.AddMinutes(-20);
    private static readonly DateTimeOffset _morning = ApiExample.Now.AddHours(10.5);
    private static readonly string _quiet = Entitlement.Message(PlaybackRefusal.QuietHours);
    private static readonly PlaybackAttemptResponse _refused = new(77, 42, 7, 123, Title, 31, false, PlaybackRefusal.QuietHours, _quiet, null, _at);

    public static IEnumerable<ApiExample> All =>
    [
        new(new FoundUserResponse(42, "parent@example.com", Country, ApiExample.Earlier, 2, 1, 1)),
        new(new UserDetailsResponse(
            42, "parent@example.com", true, true, Country, ApiExample.Earlier,
            [new UserConsent("2026-04-22", "2026-04-22", ConsentMethod.Registration, ApiExample.Earlier, null)],
            [new UserChild(7, 2020, ApiExample.Earlier, true, 12, 1)],
            [new UserSession(_session, ApiExample.Earlier, ApiExample.Now, null, true, true)],
            [new UserChildSession(31, 7, ApiExample.Earlier, ApiExample.Earlier.AddDays(30), null, true, true)], null)),
        new(new RevealNamesRequest(7, "Question 4711: which of the two children is it about?")),
        new(new RevealedNamesResponse(7, "Mia", [new RevealedChildDevice(31, "Kitchen iPad")], [new RevealedDevice(_session, "Maya's iPhone")])),
        new(_refused),
        new(new EntitlementResponse(
            7, 123, 42, _at, new EntitlementAnswer(false, PlaybackRefusal.QuietHours, _quiet, null, _morning),
            [.. Enum.GetValues<EntitlementRule>().Select(Rule)],
            new EntitlementFacts(
                Country, ApiExample.Earlier, Title, BookStatus.Active, 5, "Lantern Press", PublisherStatus.Active,
                [new EntitlementWindow(11, 5, RightsWindow.Global, ApiExample.Earlier, ApiExample.Earlier.AddYears(1), true, ApiExample.Earlier)],
                61, true, ApiExample.Earlier,
                new EntitlementScreenTime(
                    "2026-02-25T14:40:00-05:00", new ScreenTimeResponse(45, [new QuietHoursResponse("14:30", "06:30")], "America/New_York", true), ApiExample.Earlier,
                    1260, 1440, true, _morning, null, null, null)),
            [_refused], new EntitlementAnswer(false, PlaybackRefusal.QuietHours, _quiet, null, _morning))),
    ];

    private static EntitlementRuleAnswer Rule(EntitlementRule rule) => rule == EntitlementRule.QuietHours
        ? new(rule, false, PlaybackRefusal.QuietHours, _quiet, null, _morning, FactsAsOf.Then, ApiExample.Earlier)
        : new(rule, true, null, null, null, null, FactsAsOf.Then, rule == EntitlementRule.Ownership ? null : ApiExample.Earlier);
}
