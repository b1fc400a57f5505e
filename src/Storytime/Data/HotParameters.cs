using Npgsql;
using NpgsqlTypes;

namespace Storytime.Data;

/// <summary>Parameters of hand-written SQL.</summary>
internal static class HotParameters
{
    public static void AddArray<T>(this NpgsqlParameterCollection parameters, NpgsqlDbType type, IEnumerable<T> values) =>
        parameters.Add(new NpgsqlParameter { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });

    public static void AddOptional(this NpgsqlParameterCollection parameters, NpgsqlDbType type, object? value) =>
        parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
}
