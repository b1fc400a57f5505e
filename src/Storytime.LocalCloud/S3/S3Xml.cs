using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Storytime.LocalCloud.Http;

namespace Storytime.LocalCloud.S3;

internal static class S3Xml
{
    private static readonly XNamespace Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    public static XElement Element(string name, params object?[] content) => new(Namespace + name, content);

    public static Task WriteAsync(HttpResponse response, XElement root, CancellationToken ct) =>
        response.WriteTextAsync("application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.ToString(SaveOptions.DisableFormatting), ct);

    /// <summary>The root element of a request's body; clients may leave the namespace out.</summary>
    /// <exception cref="S3Error">It is no such XML.</exception>
    public static XElement Read(ReceivedBody body, string root)
    {
        try
        {
            using var reader = XmlReader.Create(body.File, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return XDocument.Load(reader).Root is { } element && element.Name.LocalName == root ? element : throw Malformed();
        }
        catch (XmlException)
        {
            throw Malformed();
        }
    }

    public static IEnumerable<XElement> Children(XElement parent, string name) => parent.Elements().Where(child => child.Name.LocalName == name);

    public static string? Text(XElement parent, string name) => Children(parent, name).FirstOrDefault()?.Value;

    /// <summary>encoding-type=url, for keys that XML cannot hold.</summary>
    public static string Encode(string key) => Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal);

    public static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);

    /// <summary><c>x-amz-checksum-sha256</c> → <c>ChecksumSHA256</c>.</summary>
    public static string ChecksumName(string header) => "Checksum" + BodyDigests.Algorithm(header);

    public static IEnumerable<XElement> Checksums(IReadOnlyDictionary<string, string> checksums) => checksums.Select(pair => Element(ChecksumName(pair.Key), pair.Value));

    public static S3Error Malformed() => new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");
}
