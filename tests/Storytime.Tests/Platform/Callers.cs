using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;
using Storytime.Tests.Videos;

namespace Storytime.Tests.Platform;

internal enum Standing
{
    /// <summary>Without a token, or with one that is not good.</summary>
    Nobody,
    Parent,
    Child,
    Staff,
}

/// <param name="Token">In a scene: the first family's, unless the name says otherwise.</param>
/// <param name="Reach">Whose things are there for this caller; null for a sibling, who has nothing that is asked for.</param>
/// <param name="Code">Of the 401.</param>
internal sealed record Caller(
    string Name, Standing Standing, Func<Scene, Task<string?>> Token, Pick? Reach = null, AdminRole? Role = null, string Code = "unauthenticated")
{
    /// <summary>All kinds of callers.</summary>
    public static async Task<Caller[]> AllAsync(VideoHost host)
    {
        var staff = new Dictionary<AdminRole, string>();
        foreach (var role in Enum.GetValues<AdminRole>())
            staff[role] = (await host.App.StaffAsync(role)).Token!;
        var dismissed = (await host.App.StaffAsync(AdminRole.Admin)).Token!;
        await host.App.SqlAsync($"update admin_users set disabled_at = now() where id = {Payload(dismissed)["sub"]}");

        var key = Convert.FromBase64String(host.App.Services.GetRequiredService<IOptions<AuthOptions>>().Value.SigningKey);
        (string Name, Func<Scene, Task<string>> Token)[] genuine =
            [("parent", s => s.Ours.TokenAsync()), ("child", s => s.Ours.ChildTokenAsync()), ("admin", _ => Task.FromResult(staff[AdminRole.Admin]))];
        (string Name, Func<string, string> Forge, string Code)[] forgeries =
        [
            ("expired", t => Sign(t, key, p => p["exp"] = host.App.Now.ToUnixTimeSeconds()), "token_expired"),
            ("wrong audience", t => Sign(t, key, p => p["aud"] = "storytime-nobody"), "unauthenticated"),
            ("bad signature", t => Sign(t, RandomNumberGenerator.GetBytes(32), _ => { }), "unauthenticated"),
            ("alg none", t => $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{t.Split('.')[1]}.", "unauthenticated"),
        ];
        return
        [
            new("anonymous", Standing.Nobody, _ => Task.FromResult<string?>(null)),
            new("parent", Standing.Parent, async s => await s.Ours.TokenAsync(), Pick.Ours),
            new("other parent", Standing.Parent, async s => await s.Theirs.TokenAsync(), Pick.Theirs),
            new("own child", Standing.Child, async s => await s.Ours.ChildTokenAsync(), Pick.Ours),
            new("sibling", Standing.Child, async s => await s.Ours.SiblingTokenAsync()),
            new("other family's child", Standing.Child, async s => await s.Theirs.ChildTokenAsync(), Pick.Theirs),
            new("revoked: parent", Standing.Nobody, async s => await s.Ours.EndedTokenAsync()),
            new("revoked: child", Standing.Nobody, async s => await s.Ours.EndedChildTokenAsync()),
            new("revoked: admin", Standing.Nobody, _ => Task.FromResult<string?>(dismissed)),
            .. from forgery in forgeries
               from token in genuine
               select new Caller($"{forgery.Name}: {token.Name}", Standing.Nobody, async s => forgery.Forge(await token.Token(s)), Code: forgery.Code),
            .. from role in Enum.GetValues<AdminRole>()
               select new Caller($"{role}", Standing.Staff, _ => Task.FromResult<string?>(staff[role]), Role: role),
        ];
    }

    /// <summary>As the principal of the matrix: all tokens of one kind are one.</summary>
    public string Principal => Name.Split(':')[0];

    public override string ToString() => Name;

    public static JsonObject Payload(string jwt) => JsonNode.Parse(Base64UrlEncoder.Decode(jwt.Split('.')[1]))!.AsObject();

    /// <summary>The same token but for what is changed, signed with a key: HMAC-SHA256, as the app does it.</summary>
    private static string Sign(string jwt, byte[] key, Action<JsonObject> change)
    {
        var payload = Payload(jwt);
        change(payload);
        var signed = $"{jwt.Split('.')[0]}.{Base64UrlEncoder.Encode(payload.ToJsonString())}";
        return $"{signed}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
    }
}
