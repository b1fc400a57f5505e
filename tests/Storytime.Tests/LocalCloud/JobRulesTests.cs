using System.Text.Json.Nodes;
using Storytime.LocalCloud.MediaConvert;

namespace Storytime.Tests.LocalCloud;

public sealed class JobRulesTests
{
    [Fact]
    public void Job_as_storytime_sends_it_is_taken() => JobRules.Validate(Good()).ShouldBeNull();

    [Theory]
    [InlineData("role", null, "/: role is a required property")]
    [InlineData("role", "\"admin\"", "/role: Should match an IAM role ARN")]
    [InlineData("Role", "\"x\"", "/: Unknown member Role")]
    [InlineData("priority", "51", "/priority: Should be less than or equal to 50")]
    [InlineData("statusUpdateInterval", "\"SECONDS_11\"", "/statusUpdateInterval: Should be equal to one of the allowed values: SECONDS_10")]
    [InlineData("accelerationSettings", "{\"mode\":\"FAST\"}", "/accelerationSettings/mode: Should be equal to one of the allowed values: DISABLED")]
    [InlineData("settings", null, "/: settings is a required property")]
    [InlineData("settings/inputs", "[]", "/inputs: Should have at least 1 items")]
    [InlineData("settings/inputs/0/fileInput", "\"https://example.com/a.mp4\"", "/inputs/0/fileInput: Should match an S3 location")]
    [InlineData("settings/outputGroups", "[]", "/outputGroups: Should have at least 1 items")]
    [InlineData("settings/outputGroups/0/outputs", "[]", "/outputGroups/0/outputs: Should have at least 1 items")]
    [InlineData("settings/outputGroups/0/outputs/0/containerSettings", null, "/outputGroups/0/outputs/0: containerSettings is a required property")]
    [InlineData("settings/outputGroups/0/outputs/0/audioDescriptions", "[]", "/outputGroups/0/outputs/0/audioDescriptions: Should have at least 1 items")]
    [InlineData("settings/outputGroups/0/outputs/0/nameModifier", null, "/outputGroups/0/outputs/0: nameModifier is a required property")]
    [InlineData("settings/outputGroups/0/outputs/0/nameModifier", "\"_b\"", "/outputGroups/0/outputs/1/nameModifier: Two outputs")]
    [InlineData("settings/outputGroups/0/outputs/0/videoDescription/height", "853", "/outputGroups/0/outputs/0/videoDescription/height: Should be an even number")]
    [InlineData("settings/outputGroups/0/outputs/0/videoDescription/height", "720.5", "/outputGroups/0/outputs/0/videoDescription/height: Should be an integer")]
    [InlineData("settings/outputGroups/0/outputs/0/videoDescription/codecSettings/codec", "\"H264\"", "codecSettings/codec: Should be equal to one of the allowed values: H_264")]
    [InlineData("settings/outputGroups/0/outputs/0/videoDescription/codecSettings/h264Settings/maxBitrate", null, "h264Settings: maxBitrate is a required property when rateControlMode is QVBR")]
    [InlineData("settings/outputGroups/0/outputs/0/videoDescription/codecSettings/h264Settings/bitrate", "1000000", "h264Settings/bitrate: Should not be set when rateControlMode is QVBR")]
    [InlineData("settings/outputGroups/0/outputs/0/videoDescription/codecSettings/h264Settings/rateControlMode", "\"CBR\"", "h264Settings: bitrate is a required property when rateControlMode is CBR")]
    [InlineData("settings/outputGroups/0/outputs/0/audioDescriptions/0/codecSettings/aacSettings/bitrate", "130000", "aacSettings/bitrate: Should be equal to one of the allowed values")]
    [InlineData("settings/outputGroups/0/outputGroupSettings/hlsGroupSettings/destination", "\"/tmp/x\"", "hlsGroupSettings/destination: Should match an S3 location")]
    [InlineData("settings/outputGroups/0/outputGroupSettings/hlsGroupSettings/segmentLength", "0", "hlsGroupSettings/segmentLength: Should be greater than or equal to 1")]
    [InlineData("settings/outputGroups/0/outputGroupSettings/hlsGroupSettings/SegmentLength", "6", "hlsGroupSettings: Unknown member SegmentLength")]
    public void Bad_job_is_refused_by_the_path_of_what_is_wrong(string path, string? value, string message)
    {
        var body = Good();
        var names = path.Split('/');
        JsonNode parent = names[..^1].Aggregate((JsonNode)body, (node, name) => int.TryParse(name, out var index) ? node[index]! : node[name]!);
        if (value is null) parent.AsObject().Remove(names[^1]);
        else parent[names[^1]] = JsonNode.Parse(value);

        JobRules.Validate(body)!.ShouldContain(message);
    }

    [Fact]
    public void Job_of_frame_captures_only_is_refused()
    {
        var body = Good();
        body["settings"]!["outputGroups"]!.AsArray().RemoveAt(0);
        JobRules.Validate(body)!.ShouldContain("frame captures only");
    }

    [Fact]
    public void Body_that_is_nothing_like_a_job_gets_all_complaints_at_once()
    {
        var message = JobRules.Validate(new JsonObject { ["settings"] = new JsonArray(), ["role"] = 5 })!;
        message.ShouldContain("/role: Should be a string");
        message.ShouldContain("/: Should be an object");
    }

    private static JsonObject Good() => Jobs.Body("s3://storytime-master-uploads/masters/1/a.mp4", "s3://storytime-hls-outputs/books/1", [Jobs.Rendition("_a", 1_000_000, height: 480), Jobs.Rendition("_b", 500_000, width: 480)]);
}
