using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MimeKit;

namespace Storytime.Tests.Testing;

/// <summary>A mail server on loopback that speaks as much SMTP (RFC 5321) as it takes to be given a mail, and, if wanted, TLS from the first byte.</summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly X509Certificate2? _certificate;
    private readonly Task _serving;

    /// <param name="selfSigned">Speak TLS, with a certificate that nobody vouches for.</param>
    public SmtpServer(bool selfSigned = false)
    {
        if (selfSigned)
        {
            using var key = RSA.Create(2048);
            using var made = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        }
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _serving = ServeAsync();
    }

    public int Port { get; }

    /// <summary>Says no to every receiver, as a server does that is in trouble; and repeats the address, as they do.</summary>
    public bool Refuses { get; set; }

    /// <summary>Says "later" to receivers that have this in their address.</summary>
    public string? Later { get; set; }

    /// <summary>Says no for good to receivers that have this in their address.</summary>
    public string? Unknown { get; set; }

    /// <summary>Is canceled when the next mail has been taken, and the connection breaks before the sender hears of it.</summary>
    public CancellationTokenSource? BreaksAfterTaking { get; set; }

    public ConcurrentQueue<string> Commands { get; } = [];

    /// <summary>The mails that were taken.</summary>
    public ConcurrentQueue<MimeMessage> Mails { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        await Task.WhenAll(_conversations);
        _certificate?.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _conversations.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                    stream = tls;
                }
                using var reader = new StreamReader(stream, Encoding.UTF8);
                await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
                await writer.WriteLineAsync("220 mail.example ESMTP");
                while (await reader.ReadLineAsync(_stop.Token) is { } line)
                {
                    Commands.Enqueue(line);
                    var answer = line.Split(' ', ':')[0].ToUpperInvariant() switch
                    {
                        "EHLO" => "250-mail.example\r\n250 8BITMIME",
                        "RCPT" when Refuses || (Later is { } later && line.Contains(later, StringComparison.Ordinal)) => $"451 4.3.0 {line[8..]}: try again later",
                        "RCPT" when Unknown is { } unknown && line.Contains(unknown, StringComparison.Ordinal) => $"550 5.1.1 {line[8..]}: no such mailbox",
                        "DATA" => await TakeAsync(reader, writer),
                        "QUIT" => "221 2.0.0 bye",
                        _ => "250 2.0.0 ok",
                    };
                    if (answer.EndsWith("taken", StringComparison.Ordinal) && BreaksAfterTaking is { } sender)
                    {
                        await sender.CancelAsync();
                        return;
                    }
                    await writer.WriteLineAsync(answer);
                    if (answer.StartsWith("221", StringComparison.Ordinal))
                        return;
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
            }
        }
    }

    private async Task<string> TakeAsync(StreamReader reader, StreamWriter writer)
    {
        await writer.WriteLineAsync("354 go ahead");
        var mail = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != ".")
            mail.Append(line.StartsWith("..", StringComparison.Ordinal) ? line[1..] : line).Append("\r\n");
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(mail.ToString()));
        Mails.Enqueue(await MimeMessage.LoadAsync(text, _stop.Token));
        return "250 2.0.0 taken";
    }
}
