using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Storytime.Tests.Testing;

/// <summary>What the app logs from now on, exceptions in full.</summary>
public sealed class Logs : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = [];

    public Logs(StorytimeApp app) => app.Services.GetRequiredService<ILoggerFactory>().AddProvider(this);

    public string Text => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => this;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Dispose()
    {
    }
}
