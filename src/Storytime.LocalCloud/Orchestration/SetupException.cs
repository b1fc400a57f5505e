namespace Storytime.LocalCloud;

/// <summary>Something the person who runs the program can put right; the message is one sentence that says what and how.</summary>
public sealed class SetupException : Exception
{
    public SetupException(string message) : base(message) { }

    public SetupException(string message, Exception inner) : base(message, inner) { }
}
