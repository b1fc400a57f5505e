namespace Storytime.Platform.Errors;

/// <summary>
/// Something that Storytime stands on gave no answer. It passes by itself or needs who runs this; it is never the caller's fault, so no handler has to
/// think of it: the answer is 503 <c>unavailable</c>.
/// </summary>
/// <param name="message">For the caller.</param>
internal sealed class UnavailableException(string message, Exception? reason = null) : Exception(message, reason);
