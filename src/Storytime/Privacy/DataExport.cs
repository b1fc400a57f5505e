using System.Data;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Storytime.Platform;

namespace Storytime.Privacy;

/// <summary>Writes all that is stored about a child or an account, row by row as the database gives it, so that it takes the same memory however much that is.</summary>
internal sealed class DataExport(NpgsqlDataSource database)
{
    /// <summary>Goes up when something that was there gets another name or meaning; new tables and columns leave it as it is.</summary>
    public const int FormatVersion = 1;

    private const int FlushAt = 32 * 1024;

    // A file for people, which no web page shows: letters stay letters.
    private static readonly JsonWriterOptions _format = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="childId">Null exports the account with all its children.</param>
    public async Task WriteAsync(Stream output, long userId, long? childId, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        // All of it as it is at one moment.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var childIds = await ReadChildrenAsync(connection, userId, childId, ct);
        await using var json = new Utf8JsonWriter(output, _format);
        json.WriteStartObject();
        json.WriteNumber("format_version", FormatVersion);
        json.WriteString("generated_at", Rfc3339.Format(now));
        json.WriteString("subject", childId is null ? "account" : "child");
        json.WriteStartObject("data");
        foreach (var table in DataInventory.Tables)
        {
            if ((childId is null ? table.OfAccount : table.OfChildren) is { } rows)
                await WriteTableAsync(json, connection, table, rows, childIds, userId, ct);
        }
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(ct);
    }

    private static async Task<long[]> ReadChildrenAsync(NpgsqlConnection connection, long userId, long? childId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select coalesce(array_agg(id), '{}') from child_profiles where user_id = $1 and ($2 is null or id = $2)", connection);
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = (object?)childId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        return (long[])(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task WriteTableAsync(
        Utf8JsonWriter json, NpgsqlConnection connection, InventoryTable table, string rows, long[] childIds, long userId, CancellationToken ct)
    {
        var columns = table.Columns.Where(c => c.Value.NotExported is null).Select(c => c.Value.Sql is { } sql ? $"{sql} as {c.Key}" : c.Key);
        await using var command = new NpgsqlCommand($"select {string.Join(", ", columns)} from {table.Name} where {rows}", connection);
        command.Parameters.Add(new() { Value = childIds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = userId, NpgsqlDbType = NpgsqlDbType.Bigint });
        json.WriteStartArray(table.Name);
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                json.WriteStartObject();
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    json.WritePropertyName(reader.GetName(i));
                    WriteValue(json, reader, i);
                }
                json.WriteEndObject();
                if (json.BytesPending > FlushAt)
                    await json.FlushAsync(ct);
            }
        }
        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, NpgsqlDataReader reader, int column)
    {
        switch (reader.GetValue(column))
        {
            case DBNull:
                json.WriteNullValue();
                break;
            case string text when reader.GetDataTypeName(column) == "jsonb":
                json.WriteRawValue(text);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case DateTime time:
                json.WriteStringValue(Rfc3339.Format(time));
                break;
            case DateOnly day:
                json.WriteStringValue(day.ToString("O", CultureInfo.InvariantCulture));
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case Guid id:
                json.WriteStringValue(id);
                break;
            case var other:
                throw new NotSupportedException($"An export has no form yet for {reader.GetDataTypeName(column)} ({other.GetType().Name}), the type of {reader.GetName(column)}.");
        }
    }
}
