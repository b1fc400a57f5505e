using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Storytime.Platform;

namespace Storytime.Data;

/// <summary>How values are kept in columns, for the entity configurations of all features.</summary>
internal static class Columns
{
    /// <summary>An enum as snake_case text, and a check constraint with its values.</summary>
    public static PropertyBuilder<TEnum> EnumText<TEntity, TEnum>(this EntityTypeBuilder<TEntity> builder, Expression<Func<TEntity, TEnum>> property)
        where TEntity : class where TEnum : struct, Enum
    {
        var name = ((MemberExpression)property.Body).Member.Name;
        AddCheck<TEntity, TEnum>(builder, name);
        return builder.Property(property).HasConversion(new EnumText<TEnum>());
    }

    /// <inheritdoc cref="EnumText{TEntity,TEnum}(EntityTypeBuilder{TEntity},Expression{Func{TEntity,TEnum}})"/>
    public static PropertyBuilder<TEnum?> EnumText<TEntity, TEnum>(this EntityTypeBuilder<TEntity> builder, Expression<Func<TEntity, TEnum?>> property)
        where TEntity : class where TEnum : struct, Enum
    {
        var name = ((MemberExpression)property.Body).Member.Name;
        AddCheck<TEntity, TEnum>(builder, name);
        return builder.Property(property).HasConversion(new EnumText<TEnum>());
    }

    /// <summary>Adds a check constraint named <c>ck_{table}_{name}</c>, which error handling may refer to.</summary>
    public static void Check<TEntity>(this EntityTypeBuilder<TEntity> builder, string name, string sql) where TEntity : class =>
        builder.ToTable(t => t.HasCheckConstraint($"ck_{builder.Metadata.GetTableName()}_{name}", sql));

    private static void AddCheck<TEntity, TEnum>(EntityTypeBuilder<TEntity> builder, string property) where TEntity : class where TEnum : struct, Enum
    {
        var column = SnakeCase(property);
        builder.Check(column, $"{column} in ({string.Join(", ", Words<TEnum>.All.Keys.Select(word => $"'{word}'"))})");
    }

    private static string SnakeCase(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}

internal sealed class EnumText<TEnum>() : ValueConverter<TEnum, string>(v => Json.Name(v), s => Words<TEnum>.All[s]) where TEnum : struct, Enum;

/// <summary>PostgreSQL keeps microseconds and Npgsql takes only UTC, so that is what goes in and what is compared with.</summary>
internal sealed class UtcTime() : ValueConverter<DateTimeOffset, DateTimeOffset>(v => v.ToUniversalTime(), v => v);
