using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Platform.Auth;

namespace Storytime.Platform;

/// <summary>One change made by staff, or by the clock to what staff answers for: who, what, before, after. Written in the transaction of the change itself.</summary>
internal sealed class AuditEntry
{
    public long Id { get; private set; }

    /// <summary>Null for what a job did: a contract that expired.</summary>
    public long? AdminId { get; private set; }

    /// <summary><c>created</c>, <c>updated</c>, <c>deleted</c> or a word of the feature.</summary>
    public string Action { get; private set; } = "";

    /// <summary>Table-like name of what was changed: <c>book</c>, <c>rights_window</c>, …</summary>
    public string SubjectType { get; private set; } = "";

    public long SubjectId { get; private set; }

    public string? Before { get; private set; }

    public string? After { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <param name="staff">Null when a job made the change.</param>
    public static AuditEntry Of(Staff? staff, string action, string subjectType, long subjectId, object? before, object? after, DateTimeOffset now) => new()
    {
        AdminId = staff?.AdminId,
        Action = action,
        SubjectType = subjectType,
        SubjectId = subjectId,
        Before = Text(before),
        After = Text(after),
        CreatedAt = now,
    };

    private static string? Text(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), _json);

    private static readonly JsonSerializerOptions _json = MakeOptions();

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions();
        Json.Configure(options);
        return options;
    }

    internal sealed class Configuration : IEntityTypeConfiguration<AuditEntry>
    {
        public void Configure(EntityTypeBuilder<AuditEntry> builder)
        {
            builder.ToTable("audit_entries");
            builder.Property(e => e.Before).HasColumnType("jsonb");
            builder.Property(e => e.After).HasColumnType("jsonb");
            builder.HasIndex(e => new { e.SubjectType, e.SubjectId });
            builder.HasIndex(e => e.CreatedAt);
        }
    }
}
