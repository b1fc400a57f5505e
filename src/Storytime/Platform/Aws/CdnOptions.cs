using System.ComponentModel.DataAnnotations;

namespace Storytime.Platform.Aws;

/// <summary>Section <c>CloudFront</c>, as far as those need it who only name what lies behind it; the rest belongs to playback, which checks all of it.</summary>
public record CdnOptions
{
    /// <summary>Address of the distribution as players use it: <c>https://cdn.example.com</c>. The host in the signed policy must be this very one.</summary>
    [Required(ErrorMessage = "CloudFront:BaseUrl must be the address of the distribution, such as https://cdn.example.com.")]
    public Uri? BaseUrl { get; init; }

    /// <summary>The address of an object in the output bucket; null for no object.</summary>
    public string? AddressOf(string? key) => key is null ? null : new Uri(BaseUrl!, key).ToString();
}
