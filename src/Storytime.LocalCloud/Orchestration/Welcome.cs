using Storytime.LocalCloud.Demo;

namespace Storytime.LocalCloud.Orchestration;

/// <summary>What the person who started it wants to see: where to look, and who to be.</summary>
internal static class Welcome
{
    public static string Text(RunOptions options, string database)
    {
        var app = options.App.ToString();
        List<(string Name, string Value)> rows =
        [
            ("Device page", $"{options.Device} (start here)"),
            ("Storytime", $"{app} (API description: {app}docs)"),
            ("CDN", $"{options.Cdn} (only with signed cookies)"),
            ("S3, MediaConvert", $"http://localhost:{options.S3Port}/, http://localhost:{options.MediaConvertPort}/"),
            ("Database", database),
            ("Mails", options.Mails),
            ("Logs", options.Logs),
        ];
        if (options.Demo != DemoSize.None)
            rows.AddRange(DemoPeople.Parents.Select(p => ($"Parent ({p.Country})", $"{p.Email}  {p.Password}  children: {string.Join(", ", p.Children.Select(c => c.Name))}")));
        rows.AddRange(DemoPeople.Admins.Select(a => ($"Staff ({a.Role})", $"{a.Email}  {a.Password}")));

        var width = rows.Max(row => row.Name.Length);
        return $"\nStorytime is ready.\n\n{string.Join('\n', rows.Select(row => $"  {row.Name.PadRight(width)}  {row.Value}"))}\n";
    }
}
