using System.Text.Json.Nodes;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>The picture of one output: its size, and the ffmpeg filter that makes it (https://docs.aws.amazon.com/mediaconvert/latest/ug/video-scaling.html).</summary>
internal sealed record Geometry(int Width, int Height, string Filter)
{
    /// <param name="width">Of the source as it is to be seen: rotated, and with square pixels.</param>
    /// <param name="height">Likewise.</param>
    /// <param name="video">The output's videoDescription; of width and height, none, one or both may be given.</param>
    public static Geometry For(double width, double height, JsonObject video)
    {
        var (askedWidth, askedHeight) = ((int?)video["width"], (int?)video["height"]);
        if (askedWidth is null || askedHeight is null)
        {
            var factor = askedWidth / width ?? askedHeight / height ?? 1;
            return Scale(askedWidth ?? Even(width * factor), askedHeight ?? Even(height * factor));
        }

        var (w, h) = (askedWidth.Value, askedHeight.Value);
        var (inside, outside) = (Math.Min(w / width, h / height), Math.Max(w / width, h / height));
        return (string?)video["scalingBehavior"] switch
        {
            "STRETCH_TO_OUTPUT" => Scale(w, h),
            "FIT" => Scale(Even(width * inside), Even(height * inside)),
            "FIT_NO_UPSCALE" => Scale(Even(width * Math.Min(1, inside)), Even(height * Math.Min(1, inside))),
            "FILL" => new(w, h, $"{Scale(Even(width * outside), Even(height * outside)).Filter},crop={w}:{h}"),
            // The default keeps the shape and pads with black.
            _ => new(w, h, $"{Scale(Even(width * inside), Even(height * inside)).Filter},pad={w}:{h}:-1:-1"),
        };
    }

    private static Geometry Scale(int width, int height) => new(width, height, $"scale={width}:{height}:flags=bicubic,setsar=1");

    private static int Even(double side) => Math.Max(2, (int)Math.Round(side / 2, MidpointRounding.AwayFromZero) * 2);
}
