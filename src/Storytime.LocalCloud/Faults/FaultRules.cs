namespace Storytime.LocalCloud.Faults;

/// <summary>The faults in force. Dice are thrown from a seed that begins anew with each new set of rules, so that a test sees the same faults each time.</summary>
public sealed class FaultRules(int seed)
{
    private readonly Lock _changing = new();
    private List<FaultRule> _rules = [];
    private Random _dice = new(seed);

    public static IReadOnlyList<string> Operations { get; } =
    [
        "CreateJob", "GetJob", "ListJobs", "CancelJob", "Probe",
        "SQS.SendMessage", "SQS.ReceiveMessage", "SQS.DeleteMessage", "SQS.DeleteMessageBatch", "SQS.ChangeMessageVisibility", "SQS.GetQueueAttributes", "SQS.GetQueueUrl",
        "SecretsManager.GetSecretValue",
    ];

    /// <summary>A MediaConvert event on its way to the topic or to the queue.</summary>
    public static IReadOnlyList<string> Deliveries { get; } = ["SNS", "SQS"];

    /// <summary>As they stand now: counts go down.</summary>
    public IReadOnlyList<FaultRule> Rules
    {
        get
        {
            lock (_changing) return [.. _rules];
        }
    }

    /// <summary>Replaces all rules.</summary>
    /// <exception cref="ArgumentException">A rule makes no sense; the message says why.</exception>
    public void Set(params IReadOnlyList<FaultRule> rules)
    {
        if (rules.Select(rule => rule.Complaint()).FirstOrDefault(complaint => complaint is not null) is { } complaint) throw new ArgumentException(complaint);
        lock (_changing) (_rules, _dice) = ([.. rules], new Random(seed));
    }

    public void Clear() => Set();

    /// <summary>The first rule that strikes, or null.</summary>
    internal FaultRule? Take(string operation)
    {
        lock (_changing)
        {
            for (var i = 0; i < _rules.Count; i++)
            {
                var rule = _rules[i];
                if (rule.Operation != operation || rule.Count == 0 || _dice.NextDouble() >= rule.Probability) continue;
                _rules[i] = rule with { Count = rule.Count - 1 };
                return rule;
            }

            return null;
        }
    }
}
