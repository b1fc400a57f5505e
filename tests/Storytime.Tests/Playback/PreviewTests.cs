using System.Net;
using Storytime.Catalog;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Playback;

public sealed class PreviewTests(CdnTests.Cdn cdn) : IClassFixture<CdnTests.Cdn>
{
    [Fact]
    public async Task Staff_watches_a_ready_video_that_children_do_not_see()
    {
        var book = await cdn.App.BookAsync(video: false, status: BookStatus.Inactive);
        var first = await cdn.App.ReadyVideoAsync(book);
        var second = await cdn.App.ReadyVideoAsync(book);
        await cdn.PublishAsync(book);
        var editor = await cdn.App.EditorAsync();

        var answer = (await PreviewAsync(editor, first)).ShouldBe(HttpStatusCode.Created);
        ((string?)answer["playback_manifest_url"]).ShouldBe(new Uri(cdn.Cloud.CdnUrl, $"/books/{book}/hls/index.m3u8").ToString());
        ((string?)(await PreviewAsync(editor, second))["playback_manifest_url"]).ShouldBe(new Uri(cdn.Cloud.CdnUrl, $"/books/{book}/hls/v2/index.m3u8").ToString());
        (await cdn.GetAsync(book, CdnTests.Cdn.Cookies(answer))).Status.ShouldBe(HttpStatusCode.OK);
        CdnTests.ShouldBeRefused(await cdn.GetAsync(book, []), "MissingKey", "Missing Key-Pair-Id query parameter or cookie value");
        ((DateTimeOffset)answer["expires_at"]! - cdn.App.Now).ShouldBeInRange(TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
    }

    [Fact]
    public async Task Its_cookies_are_those_of_a_playback_session()
    {
        var book = await cdn.App.BookAsync();
        var asset = await cdn.App.ReadyVideoAsync(book);
        var (parent, child) = await cdn.App.FamilyAsync(book);
        var preview = (await PreviewAsync(await cdn.App.EditorAsync(), asset)).ShouldBe(HttpStatusCode.Created);
        var session = (await parent.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book })).ShouldBe(HttpStatusCode.Created);

        preview["cookies"]!.ToJsonString().ShouldBe(session["cookies"]!.ToJsonString());
        preview.Headers.GetValues("Set-Cookie").ShouldBe(session.Headers.GetValues("Set-Cookie"));
    }

    [Fact]
    public async Task A_video_that_is_not_ready_is_a_conflict()
    {
        var book = await cdn.App.BookAsync();
        var asset = await cdn.App.ReadyVideoAsync(book);
        await cdn.App.ReadyVideoAsync(book);
        await cdn.App.SqlAsync($"update video_assets set processing_status = 'processing' where id = {asset}");
        var answer = (await PreviewAsync(await cdn.App.EditorAsync(), asset)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        answer.Text.ShouldContain("this one is processing");
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task A_video_that_does_not_exist_is_404() =>
        (await PreviewAsync(await cdn.App.EditorAsync(), 999_999_999)).ShouldBeError(HttpStatusCode.NotFound, "not_found");

    [Fact]
    public async Task Only_who_edits_may_preview()
    {
        var asset = await cdn.App.ReadyVideoAsync(await cdn.App.BookAsync(video: false));
        (await PreviewAsync(cdn.App.Client(), asset)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await PreviewAsync(await cdn.App.ParentAsync(), asset)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await PreviewAsync(await cdn.App.StaffAsync(AdminRole.Finance), asset)).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_preview_is_logged_without_its_cookies()
    {
        var book = await cdn.App.BookAsync(video: false);
        var asset = await cdn.App.ReadyVideoAsync(book);
        var logs = new Logs(cdn.App);
        var answer = (await PreviewAsync(await cdn.App.EditorAsync(), asset)).ShouldBe(HttpStatusCode.Created);
        logs.Text.ShouldMatch($"Information: Preview granted: admin [0-9]+, video asset {asset}, book {book} until ");
        logs.Text.ShouldNotContain(CdnTests.Cdn.Cookies(answer)["CloudFront-Signature"]);
    }

    private static Task<Answer> PreviewAsync(ApiClient caller, long asset) => caller.PostAsync($"/admin/api/v1/video_assets/{asset}/previews");
}
