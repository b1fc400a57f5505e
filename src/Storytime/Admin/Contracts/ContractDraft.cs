using Storytime.Admin.Shell;
using Storytime.Platform;
using Storytime.Platform.Errors;
using Storytime.Rights;

namespace Storytime.Admin.Contracts;

/// <summary>What stands in the fields of the form. What the payment model does not have is not read, so that switching it there and back loses nothing that was typed.</summary>
internal sealed class ContractDraft
{
    public long? PublisherId { get; set; }

    public string? Name { get; set; }

    public string? Start { get; set; }

    public string? End { get; set; }

    public PaymentModel Model { get; set; } = PaymentModel.RevShare;

    public string? Share { get; set; }

    public string? Fee { get; set; }

    /// <summary>A word of the API; empty for no guarantee.</summary>
    public string Basis { get; set; } = "";

    public string? Guarantee { get; set; }

    public string? Currency { get; set; } = "USD";

    public string? Notes { get; set; }

    public static ContractDraft Of(ContractResponse contract) => new()
    {
        PublisherId = contract.PublisherId,
        Name = contract.ContractName,
        Start = Days.Format(contract.StartDate),
        End = Days.Format(contract.EndDate),
        Model = contract.PaymentModel,
        Share = Amounts.Percent(contract.RevShareBps),
        Fee = Amounts.Text(contract.FlatFeeCents, contract.Currency),
        Basis = contract.MinimumGuaranteeBasis is { } basis ? Json.Name(basis) : "",
        Guarantee = Amounts.Text(contract.MinimumGuaranteeCents, contract.Currency),
        Currency = contract.Currency,
        Notes = contract.Notes,
    };

    /// <returns>The fields as the API takes them, or what is wrong with them before it could be asked.</returns>
    public (ContractFields Fields, ApiError? Problem) Read()
    {
        List<(string, string)> problems = [];
        if (PublisherId is null)
            problems.Add(("publisher_id", "A publisher is needed."));
        var currency = (Currency ?? "").Trim().ToUpperInvariant();
        var fields = new ContractFields(
            PublisherId, Name ?? "", Day("start_date", Start, "A first day is needed."), Day("end_date", End, "A last day is needed."), Model,
            Model == PaymentModel.FlatFee ? null : ReadShare(), Model == PaymentModel.RevShare ? null : Amount("flat_fee_cents", Fee, "Say what is paid a month."),
            Basis.Length == 0 ? null : Amount("minimum_guarantee_cents", Guarantee, "Say what is guaranteed."), Words<GuaranteeBasis>.Parse(Form.Text(Basis)), currency, Form.Text(Notes));
        return (fields, problems.Count == 0 ? null : ApiError.Invalid([.. problems]));

        DateOnly? Day(string field, string? text, string missing)
        {
            if (Days.Parse(text) is { } day)
                return day;
            problems.Add((field, missing));
            return null;
        }

        long? Amount(string field, string? text, string missing)
        {
            var (cents, problem) = Amounts.Parse(text, currency);
            if (cents is null)
                problems.Add((field, problem ?? missing));
            return cents;
        }

        int? ReadShare()
        {
            var (bps, problem) = Amounts.ParsePercent(Share);
            if (bps is null)
                problems.Add(("rev_share_bps", problem ?? "Say which share is paid."));
            return bps;
        }
    }
}

/// <summary>All that the form says.</summary>
internal sealed record ContractFields(
    long? PublisherId, string Name, DateOnly? Start, DateOnly? End, PaymentModel Model, int? Bps, long? FeeCents, long? GuaranteeCents, GuaranteeBasis? Basis, string Currency, string? Notes)
{
    public CreateContractRequest ToCreate(ContractStatus status) => new(PublisherId, Name, Start, End, Model, Currency, Bps, FeeCents, GuaranteeCents, Basis, Notes, status);

    public UpdateContractRequest ToUpdate() => new()
    {
        PublisherId = PublisherId,
        ContractName = Name,
        StartDate = Start,
        EndDate = End,
        PaymentModel = Model,
        RevShareBps = Bps,
        FlatFeeCents = FeeCents,
        MinimumGuaranteeCents = GuaranteeCents,
        MinimumGuaranteeBasis = Basis,
        Currency = Currency,
        Notes = Notes,
    };
}
