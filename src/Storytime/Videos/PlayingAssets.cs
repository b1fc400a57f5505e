using Microsoft.EntityFrameworkCore;
using Storytime.Catalog;
using Storytime.Data;

namespace Storytime.Videos;

/// <summary>Which of a book's encodes plays: changed in one transaction with the book locked, so that a reader sees the old one or the new one.</summary>
internal static class PlayingAssets
{
    /// <summary>The book, locked until the end of the transaction, with the asset that plays.</summary>
    public static async Task<Book> LockBookAsync(StorytimeDb db, long bookId, CancellationToken ct)
    {
        var book = (await db.Books.FromSql($"select * from books where id = {bookId} for no key update").ToListAsync(ct))[0];
        await db.Entry(book).Reference(b => b.PlayingAsset).LoadAsync(ct);
        return book;
    }

    public static void Switch(Book book, VideoAsset to, DateTimeOffset now)
    {
        book.SwitchTo(to)?.Plays(false, now);
        to.Plays(true, now);
    }
}
