using System.Text;
using System.Text.RegularExpressions;

namespace Storytime.LocalCloud.Signing;

/// <summary>The canonical request of Signature Version 4
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).</summary>
internal static partial class CanonicalRequest
{
    public const string SignatureParameter = "X-Amz-Signature";

    public static string Build(HttpRequest request, RawTarget target, IReadOnlyList<string> signedHeaders, string payloadHash, string service)
    {
        var text = new StringBuilder();
        text.Append(request.Method).Append('\n');
        text.Append(Path(target.Path, service)).Append('\n');
        text.Append(Query(target)).Append('\n');
        foreach (var name in signedHeaders)
        {
            text.Append(name).Append(':').Append(HeaderValue(request, name)).Append('\n');
        }

        text.Append('\n').AppendJoin(';', signedHeaders).Append('\n').Append(payloadHash);
        return text.ToString();
    }

    /// <summary>S3 signs the path encoded once and never normalised; every other service signs the encoded path encoded again.</summary>
    private static string Path(string rawPath, string service) =>
        string.Join('/', rawPath.Split('/').Select(segment => service == "s3" ? Encode(Uri.UnescapeDataString(segment)) : Encode(segment)));

    private static string Query(RawTarget target) => string.Join('&', target.Parameters()
        .Where(parameter => parameter.Key != SignatureParameter)
        .Select(parameter => (Name: Encode(parameter.Key), Value: Encode(parameter.Value)))
        .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
        .ThenBy(parameter => parameter.Value, StringComparer.Ordinal)
        .Select(parameter => $"{parameter.Name}={parameter.Value}"));

    private static string HeaderValue(HttpRequest request, string name) =>
        string.Join(',', request.Headers[name].Select(value => Blanks().Replace(value ?? "", " ").Trim()));

    private static string Encode(string text) => Uri.EscapeDataString(text);

    [GeneratedRegex(" {2,}")]
    private static partial Regex Blanks();
}
