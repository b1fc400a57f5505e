using Storytime.Tests.Testing;
using static Storytime.Tests.Platform.Thing;
using static Storytime.Tests.Platform.Who;

namespace Storytime.Tests.Platform;

/// <summary>
/// Who may call what. A route's ids stand in the order of its placeholders, then those that only its body has; <c>t</c> gives them in that order to the body, which
/// must be one that is taken. The answers of all callers follow from a row (<see cref="Row.Expect"/>).
/// </summary>
internal static class AccessTable
{
    public static readonly Row[] Rows =
    [
        new("ANY /health/live", Anyone),
        new("ANY /health/ready", Anyone),
        new("GET /openapi/{documentName}.json", Anyone, [Text("v1")]),
        new("GET /docs/{documentName?}", Anyone, [Text("v1")]),
        new("GET /docs/scalar.js", Anyone),
        new("GET /docs/scalar.aspnetcore.js", Anyone),
        new("GET /docs/favicon.svg", Anyone),
        new("POST /webhooks/mediaconvert", Anyone, Body: _ => new { Type = "Notification" }, Answer: 403),

        new("POST /api/v1/auth/register", Anyone, [NewEmail], t => new { email = t[0], password = Families.Password }),
        new("POST /api/v1/auth/login", Anyone, [Email], t => new { email = t[0], password = Families.Password }),
        new("POST /api/v1/auth/refresh", Anyone, [RefreshToken], t => new { refresh_token = t[0] }),
        new("POST /api/v1/auth/logout", Anyone, [RefreshToken], t => new { refresh_token = t[0] }),
        // Off, as nothing of the section Apple is set.
        new("POST /api/v1/auth/apple", Anyone, Body: _ => new { identity_token = "a.b.c" }, Answer: 404),
        new("POST /api/v1/auth/password/forgot", Anyone, [Email], t => new { email = t[0] }),
        // They are let in: what links are good for is what the tests of mails are about. Pages take forms only.
        new("POST /api/v1/auth/password/reset", Anyone, Body: _ => new { token = "none", password = Families.Password }, Answer: 422),
        new("POST /api/v1/auth/email/confirm", Anyone, Body: _ => new { token = "none" }, Answer: 422),
        new("POST /api/v1/auth/consent/confirm", Anyone, Body: _ => new { token = "none" }, Answer: 422),
        new("GET /account/reset-password", Anyone, Answer: 422),
        new("POST /account/reset-password", Anyone, Answer: 400),
        new("GET /account/confirm-email", Anyone, Answer: 422),
        new("POST /account/confirm-email", Anyone, Answer: 400),
        new("GET /account/confirm-consent", Anyone, Answer: 422),
        new("POST /account/confirm-consent", Anyone, Answer: 400),

        new("GET /api/v1/me", Parent),
        new("PUT /api/v1/me/password", Parent, Body: _ => new { current_password = Families.Password, password = "seven purple otters" }),
        new("PUT /api/v1/me/email", Parent, [NewEmail], t => new { email = t[0], password = Families.Password }),
        new("GET /api/v1/me/sessions", Parent),
        new("DELETE /api/v1/me/sessions", Parent),
        new("DELETE /api/v1/me/sessions/{id}", Parent, [ParentSession]),
        new("GET /api/v1/consent", Parent),
        new("GET /api/v1/me/consents", Parent),
        new("POST /api/v1/me/consents", Parent, Body: _ => new { terms_version = "2026-04-22", privacy_version = "2026-04-22" }),

        new("GET /api/v1/children", Parent),
        new("POST /api/v1/children", Parent, Body: _ => new { name = "Mia" }),
        new("GET /api/v1/children/{id}", Parent, [Child]),
        new("PATCH /api/v1/children/{id}", Parent, [Child], _ => new { name = "Mia" }),
        new("POST /api/v1/children/{id}/child_sessions", Parent, [Child], _ => new { device_name = "iPad" }),
        new("GET /api/v1/children/{id}/child_sessions", Parent, [Child]),
        new("PATCH /api/v1/children/{id}/child_sessions/{sessionId}", Parent, [Child, ChildSession], _ => new { device_name = "iPad" }),
        new("DELETE /api/v1/children/{id}/child_sessions/{sessionId}", Parent, [Child, ChildSession]),
        new("GET /api/v1/children/{id}/activity", Parent, [Child]),
        new("PUT /api/v1/children/{id}/screen_time", Parent, [Child], _ => new { time_zone = "America/New_York" }),
        new("DELETE /api/v1/children/{id}/screen_time", Parent, [Child]),
        new("GET /api/v1/children/{id}/screen_time/today", Parent, [Child]),
        new("PUT /api/v1/children/{id}/screen_time/today", Parent, [Child], _ => new { extra_minutes = 15 }),
        new("DELETE /api/v1/children/{id}/screen_time/today", Parent, [Child]),

        new("GET /api/v1/me/export", Parent),
        new("DELETE /api/v1/me", Parent, Body: _ => new { password = Families.Password }),
        new("DELETE /api/v1/me/consents", Parent),
        new("GET /api/v1/children/{id}/export", Parent, [Child]),
        new("DELETE /api/v1/children/{id}", Parent, [Child]),
        new("GET /api/v1/privacy/retention", Anyone),
        new("GET /api/v1/privacy/erasures/{receipt}", Anyone, [Receipt]),

        new("GET /api/v1/catalog/books", Parent),
        new("GET /api/v1/catalog/books/{id}", Parent, [Book]),
        new("POST /api/v1/children/{id}/library_items", Parent, [Child, Book], t => new { book_id = t[1] }),
        new("DELETE /api/v1/children/{id}/library_items/{bookId}", Parent, [Child, ShelfBook]),
        new("GET /api/v1/children/{id}/library", Viewer, [Child]),
        new("POST /api/v1/children/{id}/playback_sessions", Viewer, [Child, ShelfBook.Else(403)], t => new { book_id = t[1] }),
        new("POST /api/v1/usage_events", Viewer, [Child, ShelfBook.Else(403), PlaybackSession.Else(422), Now],
            t => new { child_id = t[0], book_id = t[1], playback_session_id = t[2], event_type = "play_start", occurred_at = t[3] }),

        new("POST /admin/api/v1/auth/login", Anyone, [StaffEmail], t => new { email = t[0], password = Families.Password }),
        new("GET /admin/api/v1/publishers", Staff),
        new("GET /admin/api/v1/publishers/{id}", Staff, [Publisher]),
        new("POST /admin/api/v1/publishers", Editor, Body: _ => new { name = "Owl House" }),
        new("PATCH /admin/api/v1/publishers/{id}", Editor, [Publisher], _ => new { name = "Owl House" }),

        new("GET /admin/api/v1/set_aside_events", Who.Admin),
        new("GET /admin/api/v1/users", Who.Admin),
        new("GET /admin/api/v1/users/{id}", Who.Admin, [User]),
        new("POST /admin/api/v1/users/{id}/reveals", Who.Admin, [User, UsersChild.Else(422)], t => new { child_profile_id = t[1], reason = "Question 4711" }),
        new("DELETE /admin/api/v1/users/{id}/sessions", Who.Admin, [User]),
        new("DELETE /admin/api/v1/users/{id}/sessions/{sessionId}", Who.Admin, [User, UsersSession]),
        new("DELETE /admin/api/v1/users/{id}/child_sessions/{sessionId}", Who.Admin, [User, UsersChildSession]),
        new("GET /admin/api/v1/playback_attempts", Who.Admin),
        // It is let in: of which child and book is asked in the query.
        new("GET /admin/api/v1/entitlements", Who.Admin, Answer: 422),
        new("GET /admin/api/v1/audit_entries", Staff),
        new("GET /admin/api/v1/admins", Who.Admin),
        new("POST /admin/api/v1/admins", Who.Admin, [NewEmail], t => new { email = t[0], role = "editor" }),
        new("GET /admin/api/v1/admins/{id}", Who.Admin, [StaffAccount]),
        new("PATCH /admin/api/v1/admins/{id}", Who.Admin, [StaffAccount], _ => new { role = "editor" }),
        new("POST /admin/api/v1/admins/{id}/setups", Who.Admin, [StaffAccount]),
        new("GET /admin/api/v1/admins/{id}/sessions", Who.Admin, [StaffAccount]),
        new("DELETE /admin/api/v1/admins/{id}/sessions", Who.Admin, [StaffAccount]),
        new("DELETE /admin/api/v1/admins/{id}/sessions/{sessionId}", Who.Admin, [StaffAccount, StaffSession]),
        new("GET /admin/api/v1/signing_keys", Who.Admin),
        new("GET /admin/api/v1/operations", Who.Admin),
        new("GET /admin/api/v1/dashboard", Staff),

        new("GET /admin/api/v1/books", Editor),
        new("POST /admin/api/v1/books", Editor, [Publisher.Else(422)], t => Content.NewBook(change: b => b["publisher_id"] = (long)t[0])),
        new("GET /admin/api/v1/books/{id}", Editor, [Book]),
        new("PATCH /admin/api/v1/books/{id}", Editor, [Book, Publisher.Else(422)], t => new { title = "Owls", publisher_id = t[1] }),
        new("GET /admin/api/v1/books/{id}/availability", Editor, [Book]),
        new("GET /admin/api/v1/books/{id}/history", Editor, [Book]),
        // A book that is not there is one of the answers.
        new("POST /admin/api/v1/book_status_changes", Editor, Body: _ => new { book_ids = new[] { 8_999_999_999_999_999 }, status = "active" }),
        new("POST /admin/api/v1/book_matches", Editor, Body: _ => new { names = new[] { "moon.mp4" } }),
        new("POST /admin/api/v1/books/{id}/cover", Editor, [Book], _ => new { filename = "a.png", content_type = "image/png", size = 100 }),
        // It is let in: whether the bucket has the file is what the tests of covers and videos are about.
        new("PUT /admin/api/v1/books/{id}/cover", Editor, [Book, CoverKey], t => new { cover_s3_key = t[1] }, Answer: 422),
        new("DELETE /admin/api/v1/books/{id}/cover", Editor, [Book]),

        new("GET /admin/api/v1/rights_windows", Editor),
        new("POST /admin/api/v1/rights_windows", Editor, [Publisher.Else(422), PublishersBook.Else(422), Now, Tomorrow],
            t => new { publisher_id = t[0], book_id = t[1], start_at = t[2], end_at = t[3] }),
        new("GET /admin/api/v1/rights_windows/{id}", Editor, [RightsWindow]),
        new("PATCH /admin/api/v1/rights_windows/{id}", Editor, [RightsWindow, Publisher.Else(422), PublishersBook.Else(422)],
            t => new { publisher_id = t[1], book_id = t[2] }),
        new("DELETE /admin/api/v1/rights_windows/{id}", Editor, [RightsWindow]),
        new("GET /admin/api/v1/rights_calendar", Editor),

        new("GET /admin/api/v1/contracts", Finance),
        new("POST /admin/api/v1/contracts", Finance, [Publisher.Else(422)], t => Contracts.New((long)t[0])),
        new("GET /admin/api/v1/contracts/{id}", Finance, [Contract]),
        new("PATCH /admin/api/v1/contracts/{id}", Finance, [Contract, Publisher.Else(422)], t => new { contract_name = "Owls", publisher_id = t[1] }),
        new("GET /admin/api/v1/revenue_periods", Finance),
        new("GET /admin/api/v1/revenue_periods/{month}", Finance, [RevenueMonth]),
        new("PUT /admin/api/v1/revenue_periods/{month}", Finance, [Text("2001-01")], _ => new { amount_cents = 500, currency = "EUR" }),
        new("DELETE /admin/api/v1/revenue_periods/{month}", Finance, [RevenueMonth], Query: "?currency=USD"),

        new("POST /admin/api/v1/uploads/master_video", Editor, Body: _ => new { filename = "a.mp4", content_type = "video/mp4", size = 1000 }),
        new("POST /admin/api/v1/uploads/captions", Editor, Body: _ => new { filename = "a.vtt", content_type = "text/vtt", size = 1000 }),
        new("GET /admin/api/v1/uploads/{id}", Editor, [Upload]),
        new("POST /admin/api/v1/uploads/{id}/parts", Editor, [Upload], _ => new { part_numbers = new[] { 1 } }),
        new("GET /admin/api/v1/uploads/{id}/parts", Editor, [Upload]),
        new("POST /admin/api/v1/uploads/{id}/complete", Editor, [Upload], _ => new { }, Answer: 422),
        new("DELETE /admin/api/v1/uploads/{id}", Editor, [Upload]),
        new("POST /admin/api/v1/books/{id}/video_assets", Editor, [Book, MasterKey.Else(422)], t => new { master_s3_key = t[1], size = 1000 }, Answer: 409),
        new("GET /admin/api/v1/books/{id}/video_assets", Editor, [Book]),
        new("GET /admin/api/v1/video_assets", Editor),
        new("GET /admin/api/v1/video_assets/{id}", Editor, [ReadyVideo]),
        new("GET /admin/api/v1/video_assets/{id}/attempts", Editor, [ReadyVideo]),
        new("POST /admin/api/v1/video_assets/{id}/retries", Editor, [ReadyVideo], Answer: 409),
        new("POST /admin/api/v1/video_assets/{id}/cancellations", Editor, [UnfinishedVideo]),
        new("POST /admin/api/v1/video_assets/{id}/rollbacks", Editor, [ReadyVideo], Answer: 409),
        new("POST /admin/api/v1/video_assets/{id}/previews", Editor, [ReadyVideo]),

        new("GET /admin/api/v1/statements", Finance),
        new("POST /admin/api/v1/statements", Finance, [Publisher.Else(422)], t => new { publisher_id = t[0], month = "2020-01" }),
        new("GET /admin/api/v1/statements/{id}", Finance, [Statement]),
        new("DELETE /admin/api/v1/statements/{id}", Finance, [Statement]),
        new("GET /admin/api/v1/statements/{id}/content", Finance, [Statement]),
        new("GET /admin/api/v1/statements/{id}/comparison", Finance, [Statement]),
        new("GET /admin/api/v1/statement_months/{month}", Finance, [Text("2026-01")]),
        // It is a draft, and nothing was rolled up yet.
        new("GET /admin/api/v1/statements/{id}/verification", Finance, [Statement], Answer: 409),
        new("POST /admin/api/v1/statements/{id}/issues", Finance, [Statement], _ => new { }, Answer: 409),
        // It is let in; real runs would get into each other's way.
        new("POST /admin/api/v1/statement_runs", Finance, Body: _ => new { month = "2100-12" }, Answer: 422),
        new("GET /admin/api/v1/reports/minutes_watched", Finance, Query: "?from=2026-01-01&to=2026-02-28&group_by=month"),
        new("GET /admin/api/v1/reports/minutes_watched.csv", Finance, Query: "?from=2026-01-01&to=2026-02-28&group_by=month"),
        new("GET /admin/api/v1/reports/completion", Finance, Query: "?from=2026-01-01&to=2026-02-28"),
        new("GET /admin/api/v1/reports/completion.csv", Finance, Query: "?from=2026-01-01&to=2026-02-28"),
        // It is let in: of which book is asked in the query.
        new("GET /admin/api/v1/reports/drop_off", Finance, Query: "?from=2026-01-01&to=2026-02-28", Answer: 422),
        new("GET /admin/api/v1/statements/{id}.csv", Finance, [Statement]),
        new("GET /admin/api/v1/statements/{id}.pdf", Finance, [Statement]),
    ];
}
