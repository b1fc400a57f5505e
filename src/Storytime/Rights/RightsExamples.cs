using Storytime.Catalog;
using Storytime.Platform.OpenApi;

namespace Storytime.Rights;

internal static class RightsExamples
{
    private const string Name = "Lantern Press";
    private const string Billing = "billing@lantern.example";
    private static readonly DateTimeOffset _start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset _end = _start.AddYears(1);

    private const string Contract = "Lantern Press 2026";
    private static readonly DateOnly _firstDay = new(2026, 1, 1);
    private static readonly DateOnly _lastDay = new(2026, 12, 31);

    public static IEnumerable<ApiExample> All =>
    [
        new(new CreatePublisherRequest(Name, Billing, "Grace Hill", PublisherStatus.Active)),
        new(new UpdatePublisherRequest { Status = PublisherStatus.Inactive }),
        new(new PublisherResponse(5, Name, Billing, "Grace Hill", PublisherStatus.Active, ApiExample.Earlier, ApiExample.Now)),
        new(new CreateRightsWindowRequest(5, 123, _start, _end, RightsWindow.Global)),
        new(new UpdateRightsWindowRequest(EndAt: _end.AddYears(1))),
        new(new RightsWindowResponse(11, 5, 123, _start, _end, RightsWindow.Global, ApiExample.Earlier, ApiExample.Now)),
        new(new RightsCalendarRow(123, "The Moon Boat", BookStatus.Active, 5, Name,
        [
            new(RightsWindow.Global, [new(11, 5, _start, _end, _start, _end, true)], [new(_start.AddMonths(-2), _start, true)], []),
            new("GB", [new(12, 5, _end.AddMonths(-1), _end, _end.AddMonths(-1), _end.AddYears(1), true)], [new(_start.AddMonths(-2), _start, true)], [new(_end.AddMonths(-1), _end, false)]),
        ])),
        new(new BookAvailabilityResponse(123, "The Moon Boat", BookStatus.Active, true, ApiExample.Now,
        [
            new("GB", true, null, null, _end),
            new("elsewhere", false, PlaybackRefusal.RightsNotStarted, Entitlement.Message(PlaybackRefusal.RightsNotStarted), _end.AddMonths(2)),
        ])),
        new(new CreateContractRequest(
            5, Contract, _firstDay, _lastDay, PaymentModel.Hybrid, "USD", 1500, 50_000, 1_200_000, GuaranteeBasis.Term, "Renewal talks in October.", ContractStatus.Active)),
        new(new UpdateContractRequest { Status = ContractStatus.Terminated, TerminatedOn = new DateOnly(2026, 9, 30) }),
        new(new ContractResponse(
            31, 5, Name, Contract, _firstDay, _lastDay, PaymentModel.Hybrid, 1500, 50_000, 1_200_000, GuaranteeBasis.Term, "USD", "Renewal talks in October.",
            ContractStatus.Active, null, [], ApiExample.Earlier, ApiExample.Now)),
    ];
}
