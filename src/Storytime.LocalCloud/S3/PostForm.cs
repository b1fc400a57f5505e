using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Storytime.LocalCloud.S3;

/// <summary>The fields of a form up to its file, which is left to be streamed; what follows the file is ignored.</summary>
internal sealed class PostForm
{
    private const int MostBytesBeforeFile = 20_000;
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);
    private readonly MultipartReader _reader;
    private MultipartSection? _file;

    private PostForm(MultipartReader reader) => _reader = reader;

    public IReadOnlyDictionary<string, string> Fields => _fields;

    public Stream File => _file!.Body;

    /// <exception cref="S3Error">It is no form, or has no file.</exception>
    public static async Task<PostForm> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "multipart/form-data" || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 } boundary)
            throw new S3Error(412, "PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data");
        var form = new PostForm(new MultipartReader(boundary.ToString(), request.Body));
        await form.ReadFieldsAsync(ct);
        return form;
    }

    /// <summary>After the file was read: the body must end as a form does.</summary>
    public async Task EndAsync(CancellationToken ct)
    {
        while (await _reader.ReadNextSectionAsync(ct) is not null)
        {
        }
    }

    public static S3Error Malformed() => new(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.");

    private async Task ReadFieldsAsync(CancellationToken ct)
    {
        var left = MostBytesBeforeFile;
        while (await _reader.ReadNextSectionAsync(ct) is { } section)
        {
            if (section.GetContentDispositionHeader() is not { } disposition || HeaderUtilities.RemoveQuotes(disposition.Name) is not { Length: > 0 } name) throw Malformed();
            if (name.Equals("file", StringComparison.OrdinalIgnoreCase))
            {
                _file = section;
                if (_fields.TryGetValue("key", out var key)) _fields["key"] = key.Replace("${filename}", FileName(disposition), StringComparison.Ordinal);
                return;
            }

            var value = await TextAsync(section.Body, left, ct);
            left -= name.Length + value.Length;
            if (!_fields.TryAdd(name.ToString(), value)) throw S3Error.InvalidArgument($"POST requires exactly one field \"{name}\".");
        }

        throw S3Error.InvalidArgument("POST requires exactly one file upload per request.");
    }

    private static async Task<string> TextAsync(Stream body, int most, CancellationToken ct)
    {
        var bytes = new byte[Math.Max(most, 0) + 1];
        var count = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
        return count <= most ? Encoding.UTF8.GetString(bytes, 0, count)
            : throw new S3Error(400, "MaxPostPreDataLengthExceeded", "Your POST request fields preceding the upload file were too large.");
    }

    private static string FileName(ContentDispositionHeaderValue disposition) =>
        (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).ToString().Split('/', '\\')[^1];
}
