using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Admin;
using Storytime.Admin.Shell;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Library;
using Storytime.Platform;
using Storytime.Playback;
using Storytime.Privacy;
using Storytime.Reporting;
using Storytime.Rights;
using Storytime.Usage;
using Storytime.Videos;

namespace Storytime.Data;

/// <summary>All tables, on one screen. Each feature configures its own entities beside them.</summary>
internal sealed class StorytimeDb(DbContextOptions<StorytimeDb> options) : DbContext(options), IDataProtectionKeyContext
{
    public DbSet<User> Users => Set<User>();
    public DbSet<ConsentRecord> ConsentRecords => Set<ConsentRecord>();
    public DbSet<ParentSession> ParentSessions => Set<ParentSession>();
    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();
    public DbSet<AccountToken> AccountTokens => Set<AccountToken>();
    public DbSet<OutgoingMail> OutgoingMails => Set<OutgoingMail>();
    public DbSet<SignInFailure> SignInFailures => Set<SignInFailure>();
    public DbSet<AppleIdentity> AppleIdentities => Set<AppleIdentity>();

    public DbSet<ChildProfile> ChildProfiles => Set<ChildProfile>();
    public DbSet<ScreenTime> ScreenTimes => Set<ScreenTime>();
    public DbSet<ScreenTimeException> ScreenTimeExceptions => Set<ScreenTimeException>();
    public DbSet<StoryGrace> StoryGraces => Set<StoryGrace>();
    public DbSet<ChildSession> ChildSessions => Set<ChildSession>();

    public DbSet<Book> Books => Set<Book>();

    public DbSet<Publisher> Publishers => Set<Publisher>();
    public DbSet<PartnershipContract> PartnershipContracts => Set<PartnershipContract>();
    public DbSet<RightsWindow> RightsWindows => Set<RightsWindow>();
    public DbSet<CatalogVersion> CatalogVersions => Set<CatalogVersion>();
    public DbSet<CatalogChange> CatalogChanges => Set<CatalogChange>();

    public DbSet<Upload> Uploads => Set<Upload>();
    public DbSet<VideoAsset> VideoAssets => Set<VideoAsset>();
    public DbSet<VideoAttempt> VideoAttempts => Set<VideoAttempt>();
    public DbSet<StrayJob> StrayJobs => Set<StrayJob>();
    public DbSet<SeenNotice> SeenNotices => Set<SeenNotice>();

    public DbSet<LibraryItem> LibraryItems => Set<LibraryItem>();
    public DbSet<ResumePosition> ResumePositions => Set<ResumePosition>();

    public DbSet<PlaybackSession> PlaybackSessions => Set<PlaybackSession>();
    public DbSet<PlaybackAttempt> PlaybackAttempts => Set<PlaybackAttempt>();

    public DbSet<UsageEvent> UsageEvents => Set<UsageEvent>();
    public DbSet<SetAsideEvent> SetAsideEvents => Set<SetAsideEvent>();
    public DbSet<ViewingDay> ViewingDays => Set<ViewingDay>();
    public DbSet<DailyUsage> DailyUsages => Set<DailyUsage>();
    public DbSet<UsageTotal> UsageTotals => Set<UsageTotal>();
    public DbSet<RollUpMark> RollUpMarks => Set<RollUpMark>();
    public DbSet<ArchivedDay> ArchivedDays => Set<ArchivedDay>();
    public DbSet<ArchiveKey> ArchiveKeys => Set<ArchiveKey>();

    public DbSet<Erasure> Erasures => Set<Erasure>();

    public DbSet<RevenuePeriod> RevenuePeriods => Set<RevenuePeriod>();
    public DbSet<PublisherStatement> PublisherStatements => Set<PublisherStatement>();
    public DbSet<StatementLine> StatementLines => Set<StatementLine>();

    public DbSet<AdminUser> AdminUsers => Set<AdminUser>();
    public DbSet<AdminSession> AdminSessions => Set<AdminSession>();
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasPostgresExtension("btree_gist").HasPostgresExtension("pg_trgm").HasPostgresExtension("unaccent");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(StorytimeDb).Assembly);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTime>();
}
