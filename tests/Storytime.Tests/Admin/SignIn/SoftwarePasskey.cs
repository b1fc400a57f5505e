using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Storytime.Tests.Admin.SignIn;

/// <summary>An authenticator with one key (ECDSA P-256), as the browser shows it to a page. https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data</summary>
internal sealed class SoftwarePasskey(string origin) : IDisposable
{
    private const byte UserPresent = 1;
    private const byte UserVerified = 4;
    private const byte HasKey = 64;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _id = RandomNumberGenerator.GetBytes(32);
    private string? _userHandle;

    public string Origin { get; set; } = origin;

    /// <summary>Whether its owner shows finger, face or PIN.</summary>
    public bool Verifies { get; set; } = true;

    /// <summary>Answers <c>navigator.credentials.create</c>, without an attestation of its maker.</summary>
    public string Create(string optionsJson)
    {
        var options = JsonNode.Parse(optionsJson)!;
        _userHandle = (string)options["user"]!["id"]!;
        var client = ClientData("webauthn.create", options);
        var data = AuthenticatorData((string)options["rp"]!["id"]!, HasKey, [.. new byte[16], 0, 32, .. _id, .. PublicKey()]);
        // CBOR (RFC 8949): a map of fmt, attStmt and authData.
        byte[] attestation = [0xa3, .. Text("fmt"), .. Text("none"), .. Text("attStmt"), 0xa0, .. Text("authData"), .. Bytes(data)];
        return Credential(new
        {
            clientDataJSON = Base64Url.EncodeToString(client),
            attestationObject = Base64Url.EncodeToString(attestation),
            transports = new[] { "internal" },
        });
    }

    /// <summary>Answers <c>navigator.credentials.get</c>.</summary>
    public string Get(string optionsJson)
    {
        var options = JsonNode.Parse(optionsJson)!;
        var client = ClientData("webauthn.get", options);
        var data = AuthenticatorData((string)options["rpId"]!, 0, []);
        var signature = _key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(new
        {
            clientDataJSON = Base64Url.EncodeToString(client),
            authenticatorData = Base64Url.EncodeToString(data),
            signature = Base64Url.EncodeToString(signature),
            userHandle = _userHandle,
        });
    }

    public void Dispose() => _key.Dispose();

    private string Credential(object response) => JsonSerializer.Serialize(new
    {
        id = Base64Url.EncodeToString(_id),
        rawId = Base64Url.EncodeToString(_id),
        type = "public-key",
        authenticatorAttachment = "platform",
        clientExtensionResults = new { },
        response,
    });

    private byte[] ClientData(string type, JsonNode options) => JsonSerializer.SerializeToUtf8Bytes(new { type, challenge = (string)options["challenge"]!, origin = Origin, crossOrigin = false });

    /// <summary>The counter stays 0, as that of passkeys that are on several devices.</summary>
    private byte[] AuthenticatorData(string host, byte flags, byte[] rest) =>
        [.. SHA256.HashData(Encoding.UTF8.GetBytes(host)), (byte)(flags | UserPresent | (Verifies ? UserVerified : 0)), 0, 0, 0, 0, .. rest];

    /// <summary>A COSE key (RFC 9052): EC2, ES256, P-256, x, y.</summary>
    private byte[] PublicKey()
    {
        var point = _key.ExportParameters(false).Q;
        return [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, .. Bytes(point.X!), 0x22, .. Bytes(point.Y!)];
    }

    private static byte[] Text(string text) => [(byte)(0x60 + text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Bytes(byte[] bytes)
    {
        byte[] length = [0x59, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(length.AsSpan(1), (ushort)bytes.Length);
        return bytes.Length < 256 ? [0x58, (byte)bytes.Length, .. bytes] : [.. length, .. bytes];
    }
}
