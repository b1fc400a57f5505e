using Storytime.Platform.OpenApi;

namespace Storytime.Playback;

internal static class PlaybackExamples
{
    private const string Manifest = "https://cdn.example.com/books/123/hls/index.m3u8";
    private static readonly DateTimeOffset _expiresAt = ApiExample.Now.AddMinutes(15);

    public static IEnumerable<ApiExample> All =>
    [
        new(new StartPlaybackRequest(123)),
        new(new PlaybackSessionResponse(9001, Manifest, Cookies, _expiresAt, 42.5)),
        new(new ListedChildSessionResponse(
            31, 7, "Kitchen iPad", ApiExample.Earlier, ApiExample.Earlier.AddDays(30), null, null, ApiExample.Now, new PlayingResponse(123, "The Moon Boat", ApiExample.Now.AddMinutes(-4), 241.5))),
        new(new PreviewResponse(Manifest, Cookies, _expiresAt)),
    ];

    private static CookieResponse[] Cookies =>
    [
        new("CloudFront-Policy", "eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoiaHR0cHM6Ly9jZG4uZXhhbXBsZS5jb20vYm9va3MvMTIzLyoifV19", "example.com", "/books/123/", _expiresAt),
        new("CloudFront-Signature", "nitfHRCrtziwO2HwPfWw~yYDhUF5EwRunQA-j19DzZrvDh6hQ73lDx~", "example.com", "/books/123/", _expiresAt),
        new("CloudFront-Key-Pair-Id", "K2JCJMDEHXQW5F", "example.com", "/books/123/", _expiresAt),
    ];
}
