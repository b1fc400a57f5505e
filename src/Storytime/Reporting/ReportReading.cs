using System.Data;
using Npgsql;
using NpgsqlTypes;
using Storytime.Platform.Errors;

namespace Storytime.Reporting;

/// <summary>A connection of the reports, in a transaction in which all is as it is at one moment.</summary>
internal sealed class ReportReading(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    private const string TooLong = "This report takes too long. Ask for fewer days, or for one publisher or book.";

    public static async Task<ReportReading> BeginAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        var connection = await database.OpenConnectionAsync(ct);
        try
        {
            return new ReportReading(connection, await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="UnavailableException">When PostgreSQL would take longer than it may.</exception>
    public static async Task<T> TryAsync<T>(Func<Task<T>> read, CancellationToken ct)
    {
        try
        {
            return await read();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !ct.IsCancellationRequested)
        {
            throw new UnavailableException(TooLong, e);
        }
    }

    public NpgsqlCommand Command(string sql, params (NpgsqlDbType Type, object? Value)[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var (type, value) in parameters)
            command.Parameters.Add(new() { NpgsqlDbType = type, Value = value ?? DBNull.Value });
        return command;
    }

    /// <summary>A statement counts as running until its reader has all rows.</summary>
    public async Task LetReadersTakeAsync(TimeSpan time, CancellationToken ct)
    {
        await using var command = Command($"set local statement_timeout = {time.TotalMilliseconds:0}");
        await command.ExecuteNonQueryAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
