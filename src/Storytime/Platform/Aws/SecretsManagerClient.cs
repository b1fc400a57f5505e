using System.Globalization;
using System.Text.Json;

namespace Storytime.Platform.Aws;

/// <summary>A secret.</summary>
/// <param name="CreatedAt">When this version of it was stored; null when that was not said.</param>
internal sealed record SecretText(string Text, DateTimeOffset? CreatedAt);

/// <summary>
/// AWS Secrets Manager (2017-10-17, JSON 1.1). Signing and retries are in the handlers of the <see cref="HttpClient"/>.
/// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
/// </summary>
internal sealed class SecretsManagerClient(HttpClient http)
{
    /// <summary>The text of a secret, as its newest version (AWSCURRENT) has it.</summary>
    /// <param name="secret">Name or ARN.</param>
    /// <exception cref="HttpRequestException">There was no answer, or it was a no: with AWS's reason, never with the secret.</exception>
    /// <exception cref="InvalidDataException">The secret is no text.</exception>
    public async Task<SecretText> GetTextAsync(string secret, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("X-Amz-Target", "secretsmanager.GetSecretValue");
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new { SecretId = secret }));
        request.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        using var response = await http.SendAsync(request, ct);
        if (!response.IsSuccessStatusCode)
            throw await ReadErrorAsync(response, ct);
        var answer = await response.Content.ReadFromJsonAsync<SecretAnswer>(ct);
        var text = answer?.SecretString ?? throw new InvalidDataException("The secret is not stored as text. Store it by 'aws secretsmanager put-secret-value --secret-string'.");
        return new SecretText(text, answer.CreatedDate is { } seconds ? DateTimeOffset.UnixEpoch.AddSeconds(seconds).Stored() : null);
    }

    private static async Task<HttpRequestException> ReadErrorAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await response.Content.ReadAsStringAsync(ct);
        ErrorAnswer? error = null;
        try
        {
            error = JsonSerializer.Deserialize<ErrorAnswer>(text, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            // A proxy in between answered in its own words; the status is enough.
        }
        return new HttpRequestException(
            string.Create(CultureInfo.InvariantCulture, $"Secrets Manager answered {(int)response.StatusCode} {error?.__type} {error?.Message}").TrimEnd(), null, response.StatusCode);
    }

    /// <param name="CreatedDate">Seconds since 1970, with fractions.</param>
    private sealed record SecretAnswer(string? SecretString, double? CreatedDate);

    private sealed record ErrorAnswer(string? __type, string? Message);
}
