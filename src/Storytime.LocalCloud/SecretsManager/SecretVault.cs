using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.LocalCloud.Http;

namespace Storytime.LocalCloud.SecretsManager;

/// <summary>Secrets Manager's GetSecretValue over secrets in memory (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html).</summary>
public sealed class SecretVault
{
    private readonly Dictionary<string, (SecretVersion Current, SecretVersion? Previous)> _secrets = new(StringComparer.Ordinal);
    private readonly Lock _changing = new();
    private readonly CloudOptions _options;

    internal SecretVault(CloudOptions options)
    {
        _options = options;
        foreach (var (name, value) in options.Secrets) Set(name, value);
    }

    /// <summary>Adds a secret, or rotates it: the value before becomes AWSPREVIOUS.</summary>
    public void Set(string name, string value)
    {
        lock (_changing)
        {
            var version = new SecretVersion(Guid.NewGuid().ToString(), value, _options.Time.GetUtcNow());
            _secrets[name] = (version, _secrets.TryGetValue(name, out var known) ? known.Current : null);
        }
    }

    public void Remove(string name)
    {
        lock (_changing) _secrets.Remove(name);
    }

    internal Answer Get(byte[] body)
    {
        if (SignedCalls.Parse(body) is not { } request || request["SecretId"]?.ToString() is not { Length: > 0 } id) return Answer.Error(400, "InvalidParameterException", "You must provide a value for the SecretId parameter.");
        var (versionId, stage) = (request["VersionId"]?.ToString(), request["VersionStage"]?.ToString());
        lock (_changing)
        {
            var name = _secrets.Keys.FirstOrDefault(name => id == name || id == ArnOf(name));
            if (name is null) return Answer.Error(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
            var (current, previous) = _secrets[name];
            (SecretVersion? Version, string Stage)[] versions = [(current, "AWSCURRENT"), (previous, "AWSPREVIOUS")];
            var found = versions.FirstOrDefault(version => version.Version is not null && (versionId is null || version.Version.Id == versionId) && (version.Stage == stage || (stage is null && (versionId is not null || version.Stage == "AWSCURRENT"))));
            if (found.Version is not { } secret) return Answer.Error(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for the version or staging label.");
            return Answer.Ok(new JsonObject
            {
                ["ARN"] = ArnOf(name),
                ["Name"] = name,
                ["VersionId"] = secret.Id,
                ["SecretString"] = secret.Value,
                ["VersionStages"] = new JsonArray(found.Stage),
                ["CreatedDate"] = secret.CreatedAt.ToUnixTimeMilliseconds() / 1000.0,
            });
        }
    }

    /// <summary>AWS ends the ARN with a hyphen and six characters of its own.</summary>
    private string ArnOf(string name) =>
        $"arn:aws:secretsmanager:{_options.Region}:{_options.AccountId}:secret:{name}-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..6]}";

    private sealed record SecretVersion(string Id, string Value, DateTimeOffset CreatedAt);
}
