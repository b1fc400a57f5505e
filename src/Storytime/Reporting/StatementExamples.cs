using Storytime.Platform;
using Storytime.Platform.OpenApi;
using Storytime.Rights;

namespace Storytime.Reporting;

internal static class StatementExamples
{
    private const string Hash = "3f8a1c0e5b7d9f2446688aaccee0f1325476981badcfe0f123456789abcdef01";
    private const string Name = "Lantern Press";
    private const long Share = 41_250;
    private static readonly DateOnly _month = new(2026, 1, 1);

    private static readonly StatementFacts _facts = new(
        Name, "Grace Hill", "billing@lantern.example", 5_000_000, 1_200_000, 66_000,
        [
            new StatementContract(
                31, "Lantern 2026", new DateOnly(2025, 11, 1), new DateOnly(2026, 12, 31), null, _month, new DateOnly(2026, 1, 31), 31, 31,
                PaymentModel.RevShare, 1500, null, null, null, 66_000, Share, 0, null, null),
        ],
        []);

    private static readonly StatementContentLine _line = new(StatementLineKind.RevenueShare, 31, 123, null, "The Moon Boat", 66_000, 812, Share);
    private static readonly StatementContent _content = new(5, _month, "USD", _facts, [_line], Share);

    private static readonly StatementResponse _draft = new(
        77, 5, Name, "2026-01", "USD", StatementStatus.Draft, Share, Hash, null, null, ApiExample.Earlier, ApiExample.Now, _facts,
        [StatementLineResponse.Of(_content, _line, 1)],
        ["Issue or delete the draft of 2025-12 first."],
        ["Contract 31 (Lantern 2026) holds in 2025-11, whose statement was issued without it: what it earned there is not paid by statements. Agree on it as a fee."]);

    public static IEnumerable<ApiExample> All =>
    [
        new(new CreateStatementRequest(5, "2026-01", "USD")),
        new(new IssueStatementRequest(Hash)),
        new(new RunStatementsRequest("2026-01")),
        new(_draft, "A draft"),
        new(_draft with { Status = StatementStatus.Issued, IssuedAt = ApiExample.Now, IssuedBy = 3, Problems = [] }, "An issued one"),
        new(new ListedStatementResponse(77, 5, Name, "2026-01", "USD", StatementStatus.Issued, Share, ApiExample.Now, ApiExample.Now)),
        new(_content),
        new(new StatementVerificationResponse(true, true, 66_000, 66_300, 187)),
        new(new StatementComparisonResponse(
            77, "2026-01", "USD", Share, new PreviousStatement(70, "2025-12", StatementStatus.Issued, 40_000), AmountChange.Of(Share, 40_000),
            [new(StatementLineKind.RevenueShare, 31, 123, null, "The Moon Boat", 66_000, 64_000, Share, 40_000, Share - 40_000)])),
        new(new StatementMonthResponse(
            "2026-01", [new("USD", 1, 0, Share, AmountChange.Of(Share, 40_000))],
            [new(77, 5, Name, "USD", StatementStatus.Draft, Share, AmountChange.Of(Share, 40_000), _draft.Problems, _draft.Warnings, null, ApiExample.Now)],
            new Pagination(1, 25, 1, 1))),
        new(new StatementRunResponse("2026-01", 1, 0, 0, [new(77, 5, Name, "USD", Share, StatementStatus.Draft)], [])),
    ];
}
