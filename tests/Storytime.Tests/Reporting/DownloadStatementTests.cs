using System.Net;
using System.Net.Http.Headers;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;
using UglyToad.PdfPig;

namespace Storytime.Tests.Reporting;

public sealed class DownloadStatementTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = "/admin/api/v1/statements";

    [Fact]
    public async Task A_statement_is_read_as_CSV_with_a_name_of_its_own()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        var id = await app.StatementAsync("=Hibou, \"été\"", issued: true);
        using var answer = await DownloadAsync(finance, $"{Path}/{id}.csv");
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8; header=present");
        answer.Content.Headers.ContentDisposition!.ToString().ShouldBe($"attachment; filename=\"ST-2026-01-{id:D6}.csv\"");
        var rows = Rfc4180.Read((await answer.Content.ReadAsStringAsync()).TrimStart('\uFEFF'));
        rows.Count.ShouldBe(3);
        rows[1].ShouldContain("'=Hibou, \"été\"");
        rows[1].ShouldContain("90 s watched; no contract pays it by the minute.");
    }

    [Fact]
    public async Task A_statement_is_read_as_PDF_and_a_draft_is_called_one()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        var id = await app.StatementAsync("月の小舟");
        using var answer = await DownloadAsync(finance, $"{Path}/{id}.pdf");
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/pdf");
        answer.Content.Headers.ContentDisposition!.ToString().ShouldBe($"attachment; filename=\"ST-2026-01-{id:D6}-draft.pdf\"");
        using var pdf = PdfDocument.Open(await answer.Content.ReadAsByteArrayAsync());
        var text = pdf.GetPage(1).Text.Replace(" ", "", StringComparison.Ordinal);
        text.ShouldContain("DRAFT");
        text.ShouldContain("月の小舟");
        text.ShouldContain("LanternPress");
    }

    [Fact]
    public async Task A_PDF_is_shown_in_pages_of_ours_where_that_is_asked_for()
    {
        var id = await app.StatementAsync(issued: true);
        using var answer = await DownloadAsync(await app.StaffAsync(AdminRole.Finance), $"{Path}/{id}.pdf?inline=true");
        answer.Content.Headers.ContentDisposition!.ToString().ShouldBe($"inline; filename=\"ST-2026-01-{id:D6}.pdf\"");
        answer.Headers.GetValues("Content-Security-Policy").ShouldBe(["frame-ancestors 'self'"]);
        answer.Headers.Contains("X-Frame-Options").ShouldBeFalse();
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("pdf")]
    public async Task What_is_not_there_is_not_found_and_editors_are_kept_out(string extension)
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        (await finance.GetAsync($"{Path}/987654.{extension}")).ShouldBeError(HttpStatusCode.NotFound, "not_found").Text.ShouldContain("statement");
        (await finance.GetAsync($"{Path}/x.{extension}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        var id = await app.StatementAsync();
        (await (await app.EditorAsync()).GetAsync($"{Path}/{id}.{extension}")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
    }

    private static async Task<HttpResponseMessage> DownloadAsync(ApiClient staff, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", staff.Token);
        var response = await staff.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return response;
    }
}
