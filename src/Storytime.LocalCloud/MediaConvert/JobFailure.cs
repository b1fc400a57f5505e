namespace Storytime.LocalCloud.MediaConvert;

/// <summary>A job ends in ERROR (https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html). Thrown, as it can come from any depth of the run.</summary>
internal sealed class JobFailure(int code, string message) : Exception(message)
{
    public const int CannotOpen = 1010;
    public const int NoVideo = 1020;
    public const int NoAudio = 1021;
    public const int UnsupportedCodec = 1030;
    public const int InvalidSettings = 1040;
    public const int Damaged = 1075;
    public const int Truncated = 1076;
    public const int NotFound = 1404;
    public const int Internal = 1999;

    public int Code { get; } = code;
}
