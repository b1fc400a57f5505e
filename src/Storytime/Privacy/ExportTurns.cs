namespace Storytime.Privacy;

/// <summary>
/// Who exports at this moment, on this node: one export of an account at a time, and few in all. Each holds a connection to the database for as long as its
/// reader takes, and those are needed by everybody.
/// </summary>
internal sealed class ExportTurns
{
    public const int Most = 4;

    private readonly HashSet<long> _accounts = [];

    /// <returns>To be disposed of at the end of the export. Null when it must wait.</returns>
    public IDisposable? TryTake(long userId)
    {
        lock (_accounts)
            return _accounts.Count < Most && _accounts.Add(userId) ? new Turn(this, userId) : null;
    }

    private sealed class Turn(ExportTurns turns, long userId) : IDisposable
    {
        private bool _isOver;

        /// <summary>A second time does nothing: by then the account may have another turn.</summary>
        public void Dispose()
        {
            lock (turns._accounts)
            {
                if (!_isOver)
                    turns._accounts.Remove(userId);
                _isOver = true;
            }
        }
    }
}
