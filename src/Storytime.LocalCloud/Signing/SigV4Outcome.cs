namespace Storytime.LocalCloud.Signing;

internal enum SigV4Problem
{
    NotSigned,
    Malformed,
    UnknownAccessKey,
    WrongScope,
    HeaderNotSigned,
    SignatureMismatch,
    TooSkewed,
    NotYetValid,
    Expired,
}

/// <summary>Why a request was refused; the canonical request helps whoever wrote the client.</summary>
internal sealed record SigV4Refusal(SigV4Problem Problem, string Message, string? CanonicalRequest = null, string? StringToSign = null);

/// <summary>What a good signature says, and what the chunks of a streamed body are checked with.</summary>
internal sealed record SigV4Signature(byte[] Key, string Timestamp, string Scope, string Hex, string PayloadHash, bool Presigned);
