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
    public async Task Mails_to_addresses_that_cannot_be_or_that_the_server_does_not_know_are_dropped_and_hold_up_no_other()
    {
        // As accounts may have them from before such addresses were refused.
        foreach (var odd in new[] { "a>b@example.com", "a,b@example.com", "(a@example.com", ".a@example.com", "unknown1@example.com", "unknown2@example.com", "unknown3@example.com" })
            await _app.SqlAsync($"update users set email = '{odd}' where email = '{await ForgetAsync()}'; update outgoing_mails m set to_email = u.email, user_id = u.id from users u where u.email = '{odd}' and m.to_email not in (select email from users)");
        var email = await ForgetAsync();
        using var logs = new Logs(_app);
        _server.Unknown = "unknown";
        await SendAsync();
        _server.Mails.ShouldHaveSingleItem().To.ToString().ShouldBe(email);
        (await CountAsync()).ShouldBe(0);
        logs.Text.ShouldContain("was dropped (ParseException)");
        logs.Text.ShouldContain("was dropped (SMTP 550)");
        logs.Text.ShouldNotContain("@example.com");
    }

    [Fact]
    public async Task Failures_with_a_success_between_them_do_not_end_the_round()
    {
        for (var i = 0; i < 4; i++)
        {
            await _app.SqlAsync($"update outgoing_mails set to_email = 'later{i}@example.com' where to_email = '{await ForgetAsync()}'; update users set email = 'later{i}@example.com' where id = (select max(id) from users)");
            await ForgetAsync();
        }
        _server.Later = "later";
        await SendAsync();
        _server.Mails.Count.ShouldBe(4);
        (await CountAsync()).ShouldBe(4);
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
