using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Accounts;

/// <summary>
/// Wrong passwords for one e-mail from one network address, and, with an empty <see cref="AddressHash"/>, from all of them together. Kept by keyed hashes, also
/// for e-mails that no account has, so that nothing here tells whether there is an account.
/// </summary>
internal sealed class SignInFailure
{
    public byte[] EmailHash { get; private set; } = [];

    public byte[] AddressHash { get; private set; } = [];

    public int Failures { get; private set; }

    /// <summary>When the count began; it begins anew when its window is over.</summary>
    public DateTimeOffset CountedSince { get; private set; }

    public DateTimeOffset? LockedUntil { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SignInFailure>
    {
        public void Configure(EntityTypeBuilder<SignInFailure> builder)
        {
            builder.ToTable("sign_in_failures");
            builder.HasKey(f => new { f.EmailHash, f.AddressHash });
            builder.HasIndex(f => f.CountedSince);
            builder.Check("failures", "failures >= 0");
        }
    }
}
