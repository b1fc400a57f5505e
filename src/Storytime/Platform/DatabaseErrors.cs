using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Storytime.Platform;

/// <summary>PostgreSQL decides what is unique, what exists and what overlaps; these tell which of its rules spoke.</summary>
internal static class DatabaseErrors
{
    /// <summary>Whether this constraint or unique index (by its name) refused the change.</summary>
    public static bool Violates(this DbUpdateException e, string constraint) =>
        e.InnerException is PostgresException postgres && postgres.ConstraintName == constraint;

    /// <summary>Whether some foreign key refused the change.</summary>
    public static bool ViolatesForeignKey(this DbUpdateException e) =>
        e.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation };

    /// <summary>Whether a change failed because the row that it changes, or one that it refers to, was deleted after the request had looked.</summary>
    public static bool IsGone(Exception? e) => e is DbUpdateConcurrencyException || (e is DbUpdateException refused && refused.ViolatesForeignKey());
}
