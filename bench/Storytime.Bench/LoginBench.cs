using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace Storytime.Bench;

/// <summary>
/// Signs in to known e-mails with a wrong password and to unknown e-mails, in turn and one at a time, and compares the times: who measures them must not learn which
/// e-mails have an account. Each e-mail is tried once, so that no lockout stands in the way.
/// </summary>
internal static class LoginBench
{
    private const string Password = "correct horse battery";

    /// <summary>The medians of known and unknown e-mails may not lie further apart.</summary>
    private static readonly TimeSpan _allowed = TimeSpan.FromMilliseconds(5);

    /// <returns>0 when the medians are as near as they must be.</returns>
    public static async Task<int> RunAsync(int pairs, CancellationToken ct)
    {
        await using var app = await RunningApp.StartAsync(ct);
        for (var i = 0; i < pairs; i++)
            await SendAsync(app, "register", $"known{i}@example.com", Password, HttpStatusCode.Created, ct);
        // Compiled and connected before it is measured.
        for (var i = 0; i < 20; i++)
            await SendAsync(app, "login", $"nobody{i}@example.com", "wrong horse battery", HttpStatusCode.Unauthorized, ct);

        var (known, unknown, right) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < pairs; i++)
        {
            // The order changes, so that neither has an advantage from the other.
            foreach (var isKnown in new[] { i % 2 == 0, i % 2 != 0 })
            {
                var email = isKnown ? $"known{i}@example.com" : $"unknown{i}@example.com";
                (isKnown ? known : unknown).Add(await SendAsync(app, "login", email, "wrong horse battery", HttpStatusCode.Unauthorized, ct));
            }
        }
        for (var i = 0; i < pairs; i++)
            right.Add(await SendAsync(app, "login", $"known{i}@example.com", Password, HttpStatusCode.OK, ct));

        Report("known e-mail, wrong password", known);
        Report("unknown e-mail", unknown);
        Report("known e-mail, right password", right);
        var difference = Quantile(known, 0.5) - Quantile(unknown, 0.5);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"difference of the medians, known - unknown: {difference:0.00} ms ({_allowed.TotalMilliseconds:0} ms are allowed)"));
        return Math.Abs(difference) <= _allowed.TotalMilliseconds ? 0 : 1;
    }

    /// <returns>Milliseconds.</returns>
    private static async Task<double> SendAsync(RunningApp app, string call, string email, string password, HttpStatusCode expected, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        using var answer = await app.Http.PostAsJsonAsync(new Uri($"/api/v1/auth/{call}", UriKind.Relative), new { email, password }, ct);
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return answer.StatusCode == expected ? time : throw new InvalidOperationException($"{call} answered {answer.StatusCode}: {await answer.Content.ReadAsStringAsync(ct)}");
    }

    private static void Report(string name, List<double> times) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{name,-30} {times.Count} calls: median {Quantile(times, 0.5):0.00} ms, p95 {Quantile(times, 0.95):0.00} ms"));

    private static double Quantile(List<double> times, double share) => times.Order().ElementAt((int)((times.Count - 1) * share));
}
