using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Rights;

/// <summary>
/// What becomes of a contract by a request: draft → active → expired (by <see cref="ExpireContracts"/> only) or terminated. There is no way back but one: an expired
/// contract whose end is moved to today or later is active again. Pure.
/// </summary>
/// <param name="After">Meaningful when nothing is refused.</param>
internal readonly record struct ContractChange(ContractContent After, ApiError? Refusal)
{
    /// <param name="today">In UTC.</param>
    public static ContractChange Of(ContractContent before, UpdateContractRequest request, DateOnly today)
    {
        var after = request.AppliedTo(before);
        // A client may send all that it has read.
        var status = request.Status == before.Status ? null : request.Status;
        if (request.TerminatedOn is { } day && day != before.TerminatedOn && status != ContractStatus.Terminated)
        {
            return before.Status == ContractStatus.Terminated
                ? Conflict($"The contract was terminated, and {Days.Format(before.TerminatedOn!.Value)} stays its last day. Make a new contract for what is agreed now.")
                : new(before, ApiError.Invalid("terminated_on", "terminated_on goes with status: terminated. To move the last day, give end_date."));
        }
        if (status == ContractStatus.Expired)
            return Conflict("A contract expires by itself when its end_date is over. To end it before, let status be terminated, or give an earlier end_date.");
        if (after.PublisherId != before.PublisherId && before.Status != ContractStatus.Draft)
            return Conflict("The publisher changes in drafts only. Terminate this contract, and make a new one for the other publisher.");
        if (after.Currency != before.Currency && before.Status == ContractStatus.Active)
            return Conflict("The currency changes in drafts only: each currency has statements of its own. Terminate this contract, and make a new one.");
        if ((before.MinimumGuaranteeBasis, before.Status) == (GuaranteeBasis.Term, ContractStatus.Active) && after.MinimumGuaranteeBasis != GuaranteeBasis.Term)
            return Conflict("The advance of a guarantee over the term is still to be earned under this contract. Terminate it, and make a new one with another guarantee.");
        return before.Status switch
        {
            ContractStatus.Draft => OfDraft(after, status, request.TerminatedOn),
            ContractStatus.Active => OfActive(after, status, request.TerminatedOn, today),
            ContractStatus.Expired => OfExpired(before, after, status, today),
            ContractStatus.Terminated => status is not null || HasOtherTerms(before, after)
                ? Conflict("The contract was terminated: only its contract_name and notes may change. Make a new contract for what is agreed now.")
                : new(after, null),
        };
    }

    private static ContractChange OfDraft(ContractContent after, ContractStatus? status, DateOnly? lastDay)
    {
        if (status != ContractStatus.Terminated)
            return Checked(after with { Status = status ?? after.Status });
        var never = after.StartDate.AddDays(-1);
        return lastDay is null || lastDay == never
            ? Checked(after with { Status = ContractStatus.Terminated, TerminatedOn = never })
            : new(after, ApiError.Invalid("terminated_on", "A draft never held, so it has no last day: leave terminated_on out, or make the contract active first."));
    }

    private static ContractChange OfActive(ContractContent after, ContractStatus? status, DateOnly? lastDay, DateOnly today)
    {
        if (status == ContractStatus.Draft)
            return Conflict("An active contract does not become a draft again. Change its terms as it is, or terminate it and make a new one.");
        if (status != ContractStatus.Terminated || ContractRules.Check(after) is not null)
            return Checked(after);
        // The day before the start: it never held.
        var earliest = after.StartDate.AddDays(-1);
        if (lastDay < earliest || lastDay > after.EndDate)
        {
            return new(after, ApiError.Invalid("terminated_on",
                $"terminated_on is the last day that the contract holds: from {Days.Format(after.StartDate)} to {Days.Format(after.EndDate)}, "
                + $"or {Days.Format(earliest)} if it is to hold on none."));
        }
        var usual = today < earliest ? earliest : today > after.EndDate ? after.EndDate : today;
        return new(after with { Status = ContractStatus.Terminated, TerminatedOn = lastDay ?? usual }, null);
    }

    private static ContractChange OfExpired(ContractContent before, ContractContent after, ContractStatus? status, DateOnly today)
    {
        if (status is ContractStatus.Draft or ContractStatus.Terminated)
            return Conflict("The contract has expired, so there is nothing left to end. Make a new contract, or extend this one: give an end_date of today or later.");
        if (after.EndDate >= today && !HasOtherTerms(before with { EndDate = after.EndDate }, after))
            return new(after with { Status = ContractStatus.Active }, null);
        return status is not null || HasOtherTerms(before, after)
            ? Conflict("The contract has expired: only its contract_name and notes may change. To extend it, give an end_date of today or later and nothing else of its terms; "
                + "else make a new contract.")
            : new(after, null);
    }

    private static bool HasOtherTerms(ContractContent before, ContractContent after) => after with { ContractName = before.ContractName, Notes = before.Notes } != before;

    private static ContractChange Checked(ContractContent after) => new(after, ContractRules.Check(after));

    private static ContractChange Conflict(string message) => new(null!, ApiError.Conflict(message));
}
