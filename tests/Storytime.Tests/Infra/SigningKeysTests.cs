namespace Storytime.Tests.Infra;

/// <summary>Section 2.4 of the specification, held against the template.</summary>
public sealed class SigningKeysTests
{
    internal Template Template { get; init; } = Template.Read();

    private Deployed Stack => field ??= Template.Deploy();

    [Fact]
    public void The_key_group_holds_the_public_key() => KeysIn(Stack).ShouldBe(["a public key"]);

    [Fact]
    public void While_a_key_is_rotated_both_are_trusted_and_then_the_new_one_alone()
    {
        KeysIn(Template.Deploy(("SigningPublicKeyB", "a newer one"))).ShouldBe(["a public key", "a newer one"]);
        var rotated = Template.Deploy(("SigningPublicKeyA", ""), ("SigningPublicKeyB", "a newer one"));
        KeysIn(rotated).ShouldBe(["a newer one"]);
        rotated.All("AWS::CloudFront::PublicKey").Count().ShouldBe(1);
    }

    [Fact]
    public void The_stack_tells_the_ids_that_cookies_must_name()
    {
        var stack = Template.Deploy(("SigningPublicKeyB", "a newer one"));
        var ids = stack.Outputs.Where(o => o.Key.StartsWith("Id of the key", StringComparison.Ordinal)).Select(o => o.Value);
        ids.ShouldBe(Iam.List(stack.Only("AWS::CloudFront::KeyGroup")["KeyGroupConfig"]!["Items"]).Select(id => (string)id!));
    }

    [Fact]
    public void The_private_key_never_passes_through_the_template()
    {
        var secret = Stack.Of(Stack.Setting("CloudFront:PrivateKeySecret"));
        secret["SecretString"].ShouldBeNull();
        secret["GenerateSecretString"].ShouldBeNull();
        Template.Parameters.Select(p => p.Key).ShouldAllBe(name => !name.Contains("Private") && !name.Contains("Secret") && !name.Contains("Password"));
        Template.Root.ToJsonString().ShouldNotContain("PRIVATE KEY-----");
    }

    [Fact]
    public void No_parameter_has_key_material_for_its_default() =>
        Template.Parameters.ShouldAllBe(p => p.Value!["Default"] == null || (string)p.Value["Default"]! == "");

    [Fact]
    public void The_secret_outlives_the_stack() => Template.Root["Resources"]!.AsObject()
        .Where(r => (string?)r.Value!["Type"] == "AWS::SecretsManager::Secret" && r.Value["Condition"] == null)
        .ShouldAllBe(r => (string?)r.Value!["DeletionPolicy"] == "Retain");

    private static IEnumerable<string?> KeysIn(Deployed stack) => Iam.List(stack.Only("AWS::CloudFront::KeyGroup")["KeyGroupConfig"]!["Items"])
        .Select(id => (string?)stack.Of((string)id!)["PublicKeyConfig"]!["EncodedKey"]);
}
