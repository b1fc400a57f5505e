using System.Text.Json.Serialization;

namespace Storytime.LocalCloud.Faults;

/// <summary>What goes wrong. <see cref="Throttle"/>, <see cref="Quota"/> and <see cref="ServerError"/> are answers of the service in its own words, and nothing is carried
/// out; <see cref="LostAnswer"/> carries the operation out and then cuts the connection; <see cref="Drop"/> cuts it before, or loses a delivery; <see cref="Delay"/>
/// makes it late, a delivery also out of order; <see cref="Duplicate"/> is for deliveries.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Fault>))]
public enum Fault
{
    [JsonStringEnumMemberName("throttle")]
    Throttle,
    [JsonStringEnumMemberName("quota")]
    Quota,
    [JsonStringEnumMemberName("server_error")]
    ServerError,
    [JsonStringEnumMemberName("lost_answer")]
    LostAnswer,
    [JsonStringEnumMemberName("delay")]
    Delay,
    [JsonStringEnumMemberName("drop")]
    Drop,
    [JsonStringEnumMemberName("duplicate")]
    Duplicate,
}

/// <summary>One rule: this fault befalls this operation (<see cref="FaultRules.Operations"/>, or a delivery, <see cref="FaultRules.Deliveries"/>).</summary>
public sealed record FaultRule(string Operation, Fault Fault)
{
    /// <summary>0 to 1, for each call by itself.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>How many times more; null is without end.</summary>
    public int? Count { get; init; }

    /// <summary>Milliseconds.</summary>
    public int DelayMs { get; init; } = 1000;

    /// <summary>How many copies of a duplicated delivery arrive.</summary>
    public int Factor { get; init; } = 2;

    [JsonIgnore]
    internal TimeSpan Delay => TimeSpan.FromMilliseconds(DelayMs);

    /// <summary>Null, or the sentence that says what to change.</summary>
    internal string? Complaint()
    {
        var delivery = FaultRules.Deliveries.Contains(Operation);
        if (!delivery && !FaultRules.Operations.Contains(Operation))
            return $"There is no operation \"{Operation}\"; name one of {string.Join(", ", FaultRules.Operations.Concat(FaultRules.Deliveries))}.";
        if (delivery && Fault is not (Fault.Drop or Fault.Duplicate or Fault.Delay)) return $"A delivery by {Operation} can only be dropped, duplicated or delayed.";
        if (!delivery && Fault == Fault.Duplicate) return $"{Operation} cannot be duplicated, only deliveries can ({string.Join(", ", FaultRules.Deliveries)}).";
        if (Probability is not (>= 0 and <= 1)) return "probability should be between 0 and 1.";
        if (Count < 0) return "count should not be negative.";
        if (DelayMs is < 0 or > 600_000) return "delay_ms should be between 0 and 600000.";
        return Factor is < 1 or > 100 ? "factor should be between 1 and 100." : null;
    }
}
