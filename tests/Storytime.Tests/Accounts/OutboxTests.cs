using System.Net;
using Storytime.Accounts;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

/// <summary>Mails on their way to a mail server that does not always want them.</summary>
public sealed class OutboxTests(Database database) : IAsyncLifetime
{
    private readonly SmtpServer _server = new();
    private StorytimeApp _app = null!;
    private string _connectionString = null!;

    public async ValueTask InitializeAsync()
    {
        _connectionString = await database.CreateAsync();
        _app = await StartAsync(_server.Port, "none");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_mail_server_gets_the_mail()
    {
        var email = await ForgetAsync();
        await SendAsync();
        var mail = _server.Mails.ShouldHaveSingleItem();
        mail.To.ToString().ShouldBe(email);
        _server.Commands.ShouldContain(c => c.StartsWith("MAIL FROM:<no-reply@storytime.example>", StringComparison.Ordinal));
        (await _app.ResetAsync(mail.LinkToken("reset-password"))).ShouldBe(HttpStatusCode.NoContent);
        _server.Commands.ShouldContain("QUIT");
    }

    [Fact]
    public async Task A_mail_that_is_refused_is_sent_later_and_no_address_gets_into_the_log()
    {
        var email = await ForgetAsync();
        using var logs = new Logs(_app);
        _server.Refuses = true;
        await SendAsync();
        logs.Text.ShouldContain("could not be sent (SMTP 451)");
        logs.Text.ShouldNotContain(email);
        _server.Refuses = false;
        await SendAsync();
        _server.Mails.ShouldBeEmpty();

        _app.Clock.Advance(TimeSpan.FromMinutes(2));
        await SendAsync();
        (await _app.ResetAsync(_server.Mails.ShouldHaveSingleItem().LinkToken("reset-password"))).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task After_a_day_of_failures_a_mail_is_given_up()
    {
        var email = await ForgetAsync();
        using var logs = new Logs(_app);
        _server.Refuses = true;
        for (var hour = 0; hour < 24; hour++)
        {
            await SendAsync();
            _app.Clock.Advance(TimeSpan.FromHours(1));
        }
        (await CountAsync()).ShouldBe(1);
        logs.Text.ShouldNotContain("given up");
        await SendAsync();
        (await CountAsync()).ShouldBe(0);
        logs.Text.ShouldContain("Error: Mail 1 (PasswordReset) could not be sent for 24 hours, in 24 attempts");
        logs.Text.ShouldNotContain(email);
    }

    [Fact]
    public async Task A_worker_that_dies_after_the_server_took_the_mail_sends_it_again_and_both_links_work_until_one_is_used()
    {
        await ForgetAsync();
        using var worker = new CancellationTokenSource();
        _server.BreaksAfterTaking = worker;
        await Should.ThrowAsync<OperationCanceledException>(() => _app.RunAsync<SendMails>(j => j.RunAsync(worker.Token)));
        _server.BreaksAfterTaking = null;
        (await CountAsync()).ShouldBe(1);

        _app.Clock.Advance(TimeSpan.FromMinutes(2));
        await SendAsync();
        (await CountAsync()).ShouldBe(0);
        var tokens = _server.Mails.Select(m => m.LinkToken("reset-password")).ToList();
        tokens.Distinct().Count().ShouldBe(2);
        foreach (var token in tokens)
            (await _app.Client().GetAsync($"/account/reset-password?token={token}")).ShouldBe(HttpStatusCode.OK);
        (await _app.ResetAsync(tokens[0])).ShouldBe(HttpStatusCode.NoContent);
        (await _app.ResetAsync(tokens[1])).ShouldBeOver();
    }

    [Fact]
    public async Task Workers_at_the_same_time_send_each_mail_once()
    {
        var emails = new List<string>();
        for (var i = 0; i < 12; i++)
            emails.Add(await ForgetAsync());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync()));
        _server.Mails.Select(m => m.To.ToString()).Order().ShouldBe(emails.Order());
        (await CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_address_that_no_mail_can_have_does_not_hold_up_the_others()
    {
        foreach (var odd in new[] { "a>b@example.com", "a,b@example.com", "(a@example.com" })
        {
            (await _app.Client().PostAsync("/api/v1/auth/register", new { email = odd, password = Families.Password })).ShouldBe(HttpStatusCode.Created);
            await _app.ForgetAsync(odd);
            await SendAsync();
        }
        var email = await ForgetAsync();
        await SendAsync();
        var mail = _server.Mails.ShouldHaveSingleItem();
        mail.To.ToString().ShouldBe(email);
        (await CountAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_vouches_for_gets_nothing()
    {
        await using var impostor = new SmtpServer(selfSigned: true);
        await using var app = await StartAsync(impostor.Port, "tls");
        await ForgetAsync();
        using var logs = new Logs(app);
        await app.RunAsync<SendMails>(j => j.RunAsync(CancellationToken.None));
        logs.Text.ShouldContain("could not be sent (SslHandshakeException)");
        impostor.Commands.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_cannot_do_STARTTLS_gets_nothing()
    {
        await using var app = await StartAsync(_server.Port, "starttls");
        await ForgetAsync();
        await app.RunAsync<SendMails>(j => j.RunAsync(CancellationToken.None));
        _server.Commands.ShouldNotContain(c => c.StartsWith("MAIL", StringComparison.Ordinal));
        (await CountAsync()).ShouldBe(1);
    }

    private async Task<StorytimeApp> StartAsync(int port, string security)
    {
        var app = new StorytimeApp(_connectionString)
            .With("Mail:PickupFolder", null).With("Mail:Host", "127.0.0.1").With("Mail:Port", $"{port}").With("Mail:Security", security);
        await app.InitializeAsync();
        return app;
    }

    private async Task<string> ForgetAsync()
    {
        var (email, _, _) = await _app.AccountAsync();
        await _app.ForgetAsync(email);
        return email;
    }

    private Task SendAsync() => _app.RunAsync<SendMails>(j => j.RunAsync(CancellationToken.None));

    private async Task<int> CountAsync() => (int)(long)(await _app.SqlAsync("select count(*) from outgoing_mails"))!;
}
