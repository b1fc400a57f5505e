using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Rights;
using Storytime.Videos;

namespace Storytime.Catalog;

public enum BookStatus
{
    Draft,
    Active,
    Inactive,
}

/// <summary>A read-aloud book. Only active ones are in the catalog.</summary>
internal sealed class Book
{
    public long Id { get; private set; }

    public string Title { get; private set; } = "";

    public string Author { get; private set; } = "";

    public string Description { get; private set; } = "";

    public int AgeMin { get; private set; }

    public int AgeMax { get; private set; }

    /// <summary>BCP 47 language tag, such as <c>en</c> or <c>pt-BR</c>.</summary>
    public string Language { get; private set; } = "";

    /// <summary>The picture that an editor gave, in the output bucket: <c>covers/123/{uuid}.jpg</c>. It goes before the poster.</summary>
    public string? CoverS3Key { get; private set; }

    /// <summary>A picture out of the video, in the output bucket: <c>covers/123/poster-45.jpg</c>. Null while there is none.</summary>
    public string? PosterS3Key { get; private set; }

    /// <summary>The asset that the poster is of, also when it had none to give. Another one than the one that plays: the poster is due.</summary>
    public long? PosterAssetId { get; private set; }

    /// <summary>Null for a book that Storytime owns itself: it needs no rights window.</summary>
    public long? PublisherId { get; private set; }

    public Publisher? Publisher { get; private set; }

    public BookStatus Status { get; private set; }

    /// <summary>The asset that plays; null until the first one is ready. One update switches a book to a new encode or back.</summary>
    public long? PlayingAssetId { get; private set; }

    public VideoAsset? PlayingAsset { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Kept by a trigger (title, author, publisher, description, weighted); never written from here.</summary>
    public NpgsqlTsVector SearchVector { get; private set; } = null!;

    /// <summary>Kept by the same trigger: the same text in lower case without accents, for typo-tolerant matching by trigrams.</summary>
    public string SearchText { get; private set; } = null!;

    public BookContent Content => new(Title, Author, Description, AgeMin, AgeMax, Language, PublisherId, Status);

    public static Book Create(BookContent content, DateTimeOffset now)
    {
        var book = new Book { CreatedAt = now };
        book.Update(content, now);
        return book;
    }

    public void Update(BookContent content, DateTimeOffset now)
    {
        (Title, Author, Description) = (content.Title, content.Author, content.Description);
        (AgeMin, AgeMax, Language) = (content.AgeMin, content.AgeMax, content.Language);
        (PublisherId, Status) = (content.PublisherId, content.Status);
        UpdatedAt = now;
    }

    /// <param name="key">Null to have the poster as the cover again.</param>
    public void SetCover(string? key, DateTimeOffset now) => (CoverS3Key, UpdatedAt) = (key, now);

    /// <summary>Lets a finished encode of this book play from now on. <see cref="PlayingAsset"/> must have been loaded.</summary>
    /// <returns>The one that played before; null for none.</returns>
    public VideoAsset? SwitchTo(VideoAsset asset)
    {
        if (PlayingAssetId is not null && PlayingAsset is null)
            throw new InvalidOperationException("Load the asset that plays before switching to another one.");
        if (asset.BookId != Id || !asset.CanPlay)
            throw new InvalidOperationException("Only a finished encode of the book itself can play.");
        var before = PlayingAsset;
        PlayingAsset = asset;
        return before == asset ? null : before;
    }

    internal sealed class Configuration : IEntityTypeConfiguration<Book>
    {
        public void Configure(EntityTypeBuilder<Book> builder)
        {
            builder.ToTable("books");
            builder.Ignore(b => b.Content);
            builder.EnumText(b => b.Status);
            builder.Property(b => b.CoverS3Key).HasColumnName("cover_s3_key");
            builder.Property(b => b.PosterS3Key).HasColumnName("poster_s3_key");
            builder.HasOne(b => b.Publisher).WithMany().HasForeignKey(b => b.PublisherId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne(b => b.PlayingAsset).WithMany().HasForeignKey(b => b.PlayingAssetId).OnDelete(DeleteBehavior.Restrict);
            builder.Property(b => b.SearchVector).HasColumnType("tsvector").ValueGeneratedOnAddOrUpdate();
            builder.Property(b => b.SearchText).ValueGeneratedOnAddOrUpdate();
            builder.HasIndex(b => b.SearchVector).HasMethod("gin");
            builder.HasIndex(b => b.SearchText).HasMethod("gin").HasOperators("gin_trgm_ops");
            builder.HasIndex(b => b.PublisherId);
            builder.HasIndex(b => b.PlayingAssetId);
            builder.HasIndex(b => b.Id).HasDatabaseName("ix_books_poster_due").HasFilter("playing_asset_id is distinct from poster_asset_id");
            // Lists without a search: the catalog's, and that of staff, which has books of every status.
            // With all that these filter for, so that deep pages and counts need not look at the books.
            builder.HasIndex(b => new { b.Title, b.Id }).IncludeProperties(b => new { b.Status, b.PublisherId, b.PlayingAssetId });
            // What staff have to see to: few books, in the order of the list.
            builder.HasIndex(b => new { b.Title, b.Id }, "ix_books_without_video").HasDatabaseName("ix_books_without_video").HasFilter("playing_asset_id is null");
            builder.Check("title", "length(title) between 1 and 300");
            builder.Check("ages", "age_min between 0 and 18 and age_max between 0 and 18 and age_min <= age_max");
            builder.Check("language", "language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'");
        }
    }
}

/// <summary>What an editor decides about a book.</summary>
internal sealed record BookContent(
    string Title, string Author, string Description, int AgeMin, int AgeMax, string Language, long? PublisherId, BookStatus Status);
