using System.Text.Json;
using Storytime.Admin.Shell;

namespace Storytime.Tests.Admin;

public sealed class FieldChangesTests
{
    [Fact]
    public void Only_what_differs_is_shown_and_nested_fields_by_their_own_names() =>
        Of("""{"title":"Moon","status":"draft","terms":{"bps":1500,"cap":null},"updated_at":"2026-01-01T00:00:00Z"}""",
           """{"title":"Moon","status":"active","terms":{"bps":2000,"cap":null},"updated_at":"2026-01-02T00:00:00Z"}""")
            .ShouldBe(["status: draft → active", "terms: bps: 1500 → 2000"]);

    [Fact]
    public void Of_what_was_created_or_deleted_all_fields_are_shown_that_say_something()
    {
        Of(null, """{"book_id":7,"active":true,"countries":["GB","US"],"note":null}""").ShouldBe(["book id:  → 7", "active:  → yes", "countries:  → GB, US"]);
        Of("""{"book_id":7}""", null).ShouldBe(["book id: 7 → "]);
        Of(null, null).ShouldBeEmpty();
    }

    private static IEnumerable<string> Of(string? before, string? after) => FieldChanges.Of(Members(before), Members(after)).Select(c => $"{c.Field}: {c.Before} → {c.After}");

    private static Dictionary<string, object?>? Members(string? json) => json is null ? null : JsonSerializer.Deserialize<Dictionary<string, object?>>(json);
}
