using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Rights;

public enum PublisherStatus
{
    Active,
    Inactive,
}

/// <summary>Who owns books and is paid for the minutes watched. While it is inactive none of its books play.</summary>
internal sealed class Publisher
{
    public long Id { get; private set; }

    public string Name { get; private set; } = "";

    public string? BillingEmail { get; private set; }

    public string? ContactName { get; private set; }

    public PublisherStatus Status { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public static Publisher Create(string name, string? billingEmail, string? contactName, PublisherStatus status, DateTimeOffset now)
    {
        var publisher = new Publisher { CreatedAt = now };
        publisher.Update(name, billingEmail, contactName, status, now);
        return publisher;
    }

    public void Update(string name, string? billingEmail, string? contactName, PublisherStatus status, DateTimeOffset now)
    {
        (Name, BillingEmail, ContactName, Status) = (name, billingEmail, contactName, status);
        UpdatedAt = now;
    }

    internal sealed class Configuration : IEntityTypeConfiguration<Publisher>
    {
        public void Configure(EntityTypeBuilder<Publisher> builder)
        {
            builder.ToTable("publishers");
            builder.EnumText(p => p.Status);
            builder.Check("name", "length(name) between 1 and 200");
            builder.HasIndex(p => new { p.Name, p.Id });
        }
    }
}
