using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Platform.OpenApi;

namespace Storytime.Reporting;

/// <param name="Month">Such as <c>2026-01</c>; the current month or an earlier one.</param>
public sealed record RunStatementsRequest([Required(ErrorMessage = "A month is needed, such as 2026-01."), StatementMonth] string? Month);

internal static partial class RunStatements
{
    private static readonly ApiError _isRunning = ApiError.Conflict("Another run is under way. Try again when it is through.");

    /// <summary>
    /// Makes the drafts of a month for every publisher that has a contract in it, or usage, or an earlier statement that late usage has changed. Drafts that are
    /// there are computed anew, issued statements are left alone. A publisher whose statement cannot be computed does not keep the others.
    /// </summary>
    [EndpointName("run_statements"), NoLocation]
    public static async Task<Results<Created<StatementRunResponse>, ApiError>> Handle(
        RunStatementsRequest request, Staff staff, StorytimeDb db, NpgsqlDataSource data, IOptions<StatementOptions> options, TimeProvider time,
        ILogger<StatementRunResponse> log, CancellationToken ct)
    {
        var (now, month) = (time.Now(), Months.Parse(request.Month!)!.Value);
        if (month > Months.Of(Days.Of(now)))
            return ApiError.Invalid("month", $"{request.Month} has not begun.");
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "statement-run", ct);
        if (turn is null)
            return _isRunning;

        var (statements, failed, counts) = (new List<StatementOfRunResponse>(), new List<FailedStatementResponse>(), new int[3]);
        foreach (var (publisherId, reasons) in (await StatementCurrencies.ReasonsAsync(db, month, null, ct)).OrderBy(p => p.Key))
        {
            try
            {
                foreach (var (statement, name, isNew) in await MakeAsync(publisherId, reasons))
                {
                    statements.Add(new(statement.Id, publisherId, name, statement.Currency, statement.TotalCents, statement.Status));
                    counts[isNew ? 0 : statement.Status == StatementStatus.Draft ? 1 : 2]++;
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(log, e, publisherId, month);
                failed.Add(new(publisherId, "Its statement could not be computed; the log says why."));
            }
            db.ChangeTracker.Clear();
        }
        return TypedResults.Created((string?)null, new StatementRunResponse(request.Month!, counts[0], counts[1], counts[2], statements, failed));

        async Task<List<(PublisherStatement Statement, string Name, bool IsNew)>> MakeAsync(long publisherId, MonthReason[] reasons)
        {
            List<(PublisherStatement, string, bool)> made = [];
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await StatementDrafts.LockAsync(db, publisherId, ct);
            foreach (var currency in await StatementCurrencies.OfAsync(db, publisherId, month, reasons, evenIfNothing: false, options.Value.DefaultCurrency, ct))
            {
                var (statement, content, isNew) = await StatementDrafts.MakeAsync(db, publisherId, month, currency, staff, now, ct);
                made.Add((statement, content.Facts.PublisherName, isNew));
            }
            await transaction.CommitAsync(ct);
            return made;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The statement of publisher {PublisherId} for {Month} could not be computed")]
        public static partial void Failed(ILogger logger, Exception e, long publisherId, DateOnly month);
    }
}
