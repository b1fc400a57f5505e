using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

public sealed class UserSupportTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private readonly StorytimeApp _app = app;

    [Fact]
    public async Task An_account_is_shown_with_its_children_and_devices_by_id_and_without_a_name()
    {
        var book = await _app.BookAsync();
        var family = await SupportFamily.RegisterAsync(_app, deviceName: "Maya Marlow's iPhone");
        var child = (long)(await family.Parent.PostAsync("/api/v1/children", new { name = "Mia Marlow", birth_year = 2021 })).ShouldBe(HttpStatusCode.Created)["id"]!;
        (await family.Parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = book })).ShouldBe(HttpStatusCode.Created);
        await family.Parent.LimitAsync(child, 30);
        var (_, session) = await family.HandOverAsync(_app, child, "Mia Marlow's tablet");

        var answer = (await (await _app.AdminAsync()).GetAsync(family.Path)).ShouldBe(HttpStatusCode.OK);
        answer.Text.ShouldNotContain("Marlow");
        ((string?)answer["email"], (string?)answer["country"], (bool)answer["has_password"]!).ShouldBe((family.Email, "US", true));
        var consent = answer["consents"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)consent["method"], (string?)consent["terms_version"], consent["withdrawn_at"]).ShouldBe(("registration", "2026-04-22", null));
        var shown = answer["children"]!.AsArray().ShouldHaveSingleItem()!;
        shown.AsObject().Select(m => m.Key).ShouldBe(["id", "birth_year", "created_at", "has_screen_time", "shelf_books", "live_child_sessions"]);
        ((long)shown["id"]!, (int)shown["birth_year"]!, (bool)shown["has_screen_time"]!, (int)shown["shelf_books"]!, (int)shown["live_child_sessions"]!).ShouldBe((child, 2021, true, 1, 1));
        var device = answer["child_sessions"]!.AsArray().ShouldHaveSingleItem()!;
        ((long)device["id"]!, (long)device["child_id"]!, (bool)device["live"]!, (bool)device["has_device_name"]!).ShouldBe((session, child, true, true));
        ((bool)answer["sessions"]!.AsArray().ShouldHaveSingleItem()!["live"]!).ShouldBeTrue();
        answer["erasure"].ShouldBeNull();
    }

    [Fact]
    public async Task An_erasure_that_is_under_way_is_shown_until_it_is_complete()
    {
        var family = await SupportFamily.RegisterAsync(_app);
        var admin = await _app.AdminAsync();
        (await family.Parent.SendAsync(HttpMethod.Delete, "/api/v1/me", new { password = Families.Password })).ShouldBe(HttpStatusCode.NoContent);
        var answer = (await admin.GetAsync(family.Path)).ShouldBe(HttpStatusCode.OK);
        answer["email"].ShouldBeNull();
        answer["erasure"]!["requested_at"].ShouldNotBeNull();
        answer["children"]!.AsArray().ShouldBeEmpty();
        await _app.SqlAsync("update erasures set user_id = null, child_profile_ids = '{}', usage_watermark = null, completed_at = requested_at");
        (await admin.GetAsync(family.Path)).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_name_is_shown_for_a_reason_which_is_kept_and_the_name_is_not()
    {
        var family = await SupportFamily.RegisterAsync(_app, deviceName: "Maya's iPhone");
        var child = await family.Parent.ChildAsync("Mia");
        var (_, session) = await family.HandOverAsync(_app, child, "Mia's tablet");
        var admin = await _app.AdminAsync();

        var answer = (await admin.PostAsync($"{family.Path}/reveals", new { child_profile_id = child, reason = " Question 4711 " })).ShouldBe(HttpStatusCode.Created);
        ((string?)answer["name"], (string?)answer["sessions"]![0]!["device_name"]).ShouldBe(("Mia", "Maya's iPhone"));
        ((long)answer["child_sessions"]![0]!["id"]!, (string?)answer["child_sessions"]![0]!["device_name"]).ShouldBe((session, "Mia's tablet"));
        (await _app.LastAuditAsync()).ShouldBe($$"""revealed child_profile {{child}} - {"reason": "Question 4711", "user_id": {{family.UserId}}}""");
        var entry = (await admin.GetAsync($"/admin/api/v1/audit_entries?action=revealed&subject_id={child}"))["data"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)entry["admin_email"])!.ShouldStartWith("admin-");
        // The family sees that somebody looked, and why.
        var export = (await family.Parent.GetAsync("/api/v1/me/export")).ShouldBe(HttpStatusCode.OK)["data"]!["audit_entries"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)export["action"], (string?)export["after"]!["reason"]).ShouldBe(("revealed", "Question 4711"));
        export.AsObject().ShouldNotContainKey("admin_id");
    }

    [Fact]
    public async Task No_name_is_shown_without_a_reason_or_of_another_familys_child()
    {
        var (family, other) = (await SupportFamily.RegisterAsync(_app), await SupportFamily.RegisterAsync(_app));
        var (child, others) = (await family.Parent.ChildAsync("Mia"), await other.Parent.ChildAsync("Ottilie"));
        var admin = await _app.AdminAsync();
        var count = await _app.SqlAsync("select count(*) from audit_entries where action = 'revealed'");
        object[] refused = [new { child_profile_id = child }, new { child_profile_id = child, reason = "  " }, new { reason = "Question" }, new { child_profile_id = others, reason = "Question" }];
        foreach (var body in refused)
            (await admin.PostAsync($"{family.Path}/reveals", body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldNotContain("Ottilie");
        (await _app.SqlAsync("select count(*) from audit_entries where action = 'revealed'")).ShouldBe(count);
    }

    [Fact]
    public async Task An_erased_child_takes_the_reason_along_and_that_somebody_looked_stays()
    {
        var family = await SupportFamily.RegisterAsync(_app);
        var child = await family.Parent.ChildAsync("Mia");
        var admin = await _app.AdminAsync();
        (await admin.PostAsync($"{family.Path}/reveals", new { child_profile_id = child, reason = "Mia's father asked" })).ShouldBe(HttpStatusCode.Created);
        (await family.Parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent);
        (await _app.SqlAsync($"select action || ' ' || (admin_id is not null) || ' ' || (after is null) from audit_entries where subject_type = 'child_profile' and subject_id = {child}"))
            .ShouldBe("revealed true true");
    }

    [Fact]
    public async Task All_sessions_of_a_family_end_at_once_and_nobody_elses()
    {
        var (family, other) = (await SupportFamily.RegisterAsync(_app), await SupportFamily.RegisterAsync(_app));
        var child = await family.Parent.ChildAsync();
        var (device, _) = await family.HandOverAsync(_app, child);
        (await (await _app.AdminAsync()).DeleteAsync($"{family.Path}/sessions")).ShouldBe(HttpStatusCode.NoContent);
        (await family.Parent.GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await other.Parent.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        (await _app.LastAuditAsync()).ShouldBe($$"""sessions_ended user {{family.UserId}} {"live_sessions": 1, "live_child_sessions": 1} -""");
    }

    [Fact]
    public async Task One_device_is_signed_out_and_the_others_stay()
    {
        var family = await SupportFamily.RegisterAsync(_app);
        var again = (await _app.Client().PostAsync("/api/v1/auth/login", new { email = family.Email, password = Families.Password })).ShouldBe(HttpStatusCode.OK);
        var child = await family.Parent.ChildAsync();
        var (lost, lostId) = await family.HandOverAsync(_app, child);
        var (kept, _) = await family.HandOverAsync(_app, child);
        var admin = await _app.AdminAsync();
        var sessions = (await admin.GetAsync(family.Path))["sessions"]!.AsArray().Select(s => (string)s!["id"]!).ToList();
        var first = (await family.Parent.GetAsync("/api/v1/me/sessions"))["data"]!.AsArray().Single(s => (bool)s!["current"]!)!;
        sessions.ShouldContain((string)first["id"]!);

        (await admin.DeleteAsync($"{family.Path}/child_sessions/{lostId}")).ShouldBe(HttpStatusCode.NoContent);
        (await _app.LastAuditAsync()).ShouldBe($$"""child_session_ended child_profile {{child}} {"user_id": {{family.UserId}}, "child_session_id": {{lostId}}} -""");
        (await admin.DeleteAsync($"{family.Path}/sessions/{first["id"]}")).ShouldBe(HttpStatusCode.NoContent);
        (await _app.LastAuditAsync()).ShouldBe($$"""session_ended user {{family.UserId}} {"session_id": "{{first["id"]}}"} -""");
        (await lost.GetAsync($"/api/v1/children/{child}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await kept.GetAsync($"/api/v1/children/{child}/library")).ShouldBe(HttpStatusCode.OK);
        (await family.Parent.GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await _app.Client((string)again["jwt"]!).GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);

        // A second time changes nothing, and says nothing new.
        var count = await _app.SqlAsync("select count(*) from audit_entries");
        (await admin.DeleteAsync($"{family.Path}/child_sessions/{lostId}")).ShouldBe(HttpStatusCode.NoContent);
        (await admin.DeleteAsync($"{family.Path}/sessions/{first["id"]}")).ShouldBe(HttpStatusCode.NoContent);
        (await _app.SqlAsync("select count(*) from audit_entries")).ShouldBe(count);
    }

    [Fact]
    public async Task A_device_of_another_family_is_not_found()
    {
        var (family, other) = (await SupportFamily.RegisterAsync(_app), await SupportFamily.RegisterAsync(_app));
        var child = await other.Parent.ChildAsync();
        var (device, session) = await other.HandOverAsync(_app, child);
        var id = (string)(await other.Parent.GetAsync("/api/v1/me/sessions"))["data"]![0]!["id"]!;
        var admin = await _app.AdminAsync();
        (await admin.DeleteAsync($"{family.Path}/child_sessions/{session}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await admin.DeleteAsync($"{family.Path}/sessions/{id}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBe(HttpStatusCode.OK);
        (await other.Parent.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
    }
}
