using System.Reflection;
using CsvHelper;
using Microsoft.AspNetCore.Http.Metadata;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Reporting;

/// <summary>
/// A report as a CSV file, written row by row as the database gives it. An error at its beginning is answered like any other; later the connection is cut, so that no reader
/// takes a part for the whole.
/// </summary>
/// <param name="name">Of the file, without its ending.</param>
/// <param name="header">Names of the columns.</param>
/// <param name="rows">Asks the database.</param>
/// <param name="write">Writes the fields of a row.</param>
internal sealed class CsvFile<T>(string name, string[] header, Func<ReportReading, CancellationToken, IAsyncEnumerable<T>> rows, Action<CsvWriter, T> write) : IResult, IEndpointMetadataProvider
{
    private static readonly TimeSpan _wait = TimeSpan.FromSeconds(30);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (services, response, ct) = (httpContext.RequestServices, httpContext.Response, httpContext.RequestAborted);
        var turns = services.GetRequiredService<ReportTurns>();
        if (!await turns.TryTakeAsync(services.GetRequiredService<TimeProvider>(), ct))
        {
            await ApiError.RateLimited(_wait).ExecuteAsync(httpContext);
            return;
        }
        try
        {
            using var limit = new CancellationTokenSource(CsvFile.Longest, services.GetRequiredService<TimeProvider>());
            await using var cut = limit.Token.Register(httpContext.Abort);
            await using var reading = await ReportReading.BeginAsync(services.GetRequiredKeyedService<NpgsqlDataSource>(DataSetup.Reports), ct);
            await reading.LetReadersTakeAsync(CsvFile.Longest, ct);
            await WriteAsync(reading, response, ct);
        }
        catch
        {
            if (response.HasStarted)
                httpContext.Abort();
            throw;
        }
        finally
        {
            turns.Return();
        }
    }

    private async Task WriteAsync(ReportReading reading, HttpResponse response, CancellationToken ct)
    {
        await using var row = rows(reading, ct).GetAsyncEnumerator(ct);
        // What takes too long does so here, before anything is said.
        var isThere = await ReportReading.TryAsync(() => row.MoveNextAsync().AsTask(), ct);
        response.ContentType = Csv.ContentType;
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}.csv\"";
        await using var csv = Csv.Writer(response.Body);
        csv.WriteHeader(header);
        for (; isThere; isThere = await row.MoveNextAsync())
        {
            write(csv, row.Current);
            await csv.EndRecordAsync(ct);
        }
        await csv.FlushAsync(ct);
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), [Csv.MediaType]));
}

internal static class CsvFile
{
    /// <summary>A reader that takes longer is cut off. One that does not read at all is so earlier, by Kestrel's MinResponseDataRate.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Whether the caller would rather have CSV than JSON. The answer, whatever it is, says that it depends on that.</summary>
    public static bool IsPreferred(HttpRequest request)
    {
        request.HttpContext.Response.Headers.Vary = "Accept";
        var accepted = request.GetTypedHeaders().Accept;
        return Quality(Csv.MediaType) is { } csv && csv > (Quality("application/json") ?? 0);

        double? Quality(string type) => accepted.FirstOrDefault(a => a.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)) is { } media ? media.Quality ?? 1 : null;
    }
}

/// <summary>Few files at a time, on this node: each holds one of the few connections of the reports for as long as its reader takes.</summary>
internal sealed class ReportTurns : IDisposable
{
    public const int Most = 2;

    /// <summary>Most files take less.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _turns = new(Most);

    /// <summary>Waits for a turn for a while.</summary>
    /// <returns>False when there was none.</returns>
    public async Task<bool> TryTakeAsync(TimeProvider time, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            await _turns.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Return() => _turns.Release();

    public void Dispose() => _turns.Dispose();
}
