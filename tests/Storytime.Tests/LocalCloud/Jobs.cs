using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Amazon.S3.Model;

namespace Storytime.Tests.LocalCloud;

/// <summary>Job bodies as Storytime sends them, and what a client of MediaConvert does with them.</summary>
internal static class Jobs
{
    public static JsonObject Rendition(string modifier, int bitrate, int? width = null, int? height = null, bool sound = true, int audioBitrate = 128_000)
    {
        var video = new JsonObject
        {
            ["scalingBehavior"] = "FIT",
            ["codecSettings"] = new JsonObject
            {
                ["codec"] = "H_264",
                ["h264Settings"] = new JsonObject
                {
                    ["rateControlMode"] = "QVBR",
                    ["qvbrSettings"] = new JsonObject { ["qvbrQualityLevel"] = 7 },
                    ["maxBitrate"] = bitrate,
                    ["qualityTuningLevel"] = "SINGLE_PASS_HQ",
                    ["sceneChangeDetect"] = "TRANSITION_DETECTION",
                    ["codecProfile"] = "HIGH",
                    ["codecLevel"] = "AUTO",
                    ["framerateControl"] = "INITIALIZE_FROM_SOURCE",
                    ["gopSize"] = 2,
                    ["gopSizeUnits"] = "SECONDS",
                    ["gopClosedCadence"] = 1,
                    ["interlaceMode"] = "PROGRESSIVE",
                },
            },
        };
        if (width is not null) video["width"] = width;
        if (height is not null) video["height"] = height;
        var output = new JsonObject
        {
            ["nameModifier"] = modifier,
            ["containerSettings"] = new JsonObject { ["container"] = "M3U8", ["m3u8Settings"] = new JsonObject() },
            ["videoDescription"] = video,
            ["outputSettings"] = new JsonObject { ["hlsSettings"] = new JsonObject { ["iFrameOnlyManifest"] = "INCLUDE" } },
        };
        if (sound)
        {
            output["audioDescriptions"] = new JsonArray(new JsonObject
            {
                ["audioSourceName"] = "Audio Selector 1",
                ["codecSettings"] = new JsonObject
                {
                    ["codec"] = "AAC",
                    ["aacSettings"] = new JsonObject { ["bitrate"] = audioBitrate, ["codingMode"] = "CODING_MODE_2_0", ["sampleRate"] = 48000, ["codecProfile"] = "LC", ["rateControlMode"] = "CBR" },
                },
            });
        }

        return output;
    }

    public static JsonObject Body(string input, string output, JsonArray renditions, string? token = null)
    {
        var master = new JsonObject { ["fileInput"] = input, ["timecodeSource"] = "ZEROBASED", ["videoSelector"] = new JsonObject { ["rotate"] = "AUTO" } };
        if (renditions.Any(rendition => rendition!["audioDescriptions"] is not null))
            master["audioSelectors"] = new JsonObject { ["Audio Selector 1"] = new JsonObject { ["defaultSelection"] = "DEFAULT" } };
        var body = new JsonObject
        {
            ["role"] = CloudFixture.Role,
            ["statusUpdateInterval"] = "SECONDS_10",
            ["userMetadata"] = new JsonObject { ["videoAssetId"] = "41" },
            ["settings"] = new JsonObject
            {
                ["timecodeConfig"] = new JsonObject { ["source"] = "ZEROBASED" },
                ["inputs"] = new JsonArray(master),
                ["outputGroups"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "Apple HLS",
                        ["outputGroupSettings"] = new JsonObject
                        {
                            ["type"] = "HLS_GROUP_SETTINGS",
                            ["hlsGroupSettings"] = new JsonObject
                            {
                                ["destination"] = $"{output}/hls/index",
                                ["segmentControl"] = "SEGMENTED_FILES",
                                ["segmentLength"] = 6,
                                ["minSegmentLength"] = 0,
                                ["directoryStructure"] = "SINGLE_DIRECTORY",
                                ["manifestDurationFormat"] = "FLOATING_POINT",
                                ["codecSpecification"] = "RFC_6381",
                            },
                        },
                        ["outputs"] = renditions,
                    },
                    new JsonObject
                    {
                        ["name"] = "Thumbnails",
                        ["outputGroupSettings"] = new JsonObject { ["type"] = "FILE_GROUP_SETTINGS", ["fileGroupSettings"] = new JsonObject { ["destination"] = $"{output}/thumbs/thumb" } },
                        ["outputs"] = new JsonArray(new JsonObject
                        {
                            ["containerSettings"] = new JsonObject { ["container"] = "RAW" },
                            ["videoDescription"] = new JsonObject
                            {
                                ["height"] = 180,
                                ["codecSettings"] = new JsonObject { ["codec"] = "FRAME_CAPTURE", ["frameCaptureSettings"] = new JsonObject { ["framerateNumerator"] = 1, ["framerateDenominator"] = 3, ["maxCaptures"] = 10, ["quality"] = 80 } },
                            },
                        }),
                    }),
            },
        };
        if (token is not null) body["clientRequestToken"] = token;
        return body;
    }

    public static async Task<string> UploadAsync(this CloudFixture fixture, byte[] file, string name = "master.mp4", string type = "video/mp4")
    {
        var key = $"masters/{Guid.NewGuid()}/{name}";
        await fixture.S3.PutObjectAsync(new PutObjectRequest { BucketName = fixture.Options.MasterBucket, Key = key, InputStream = new MemoryStream(file), ContentType = type }, TestContext.Current.CancellationToken);
        return $"s3://{fixture.Options.MasterBucket}/{key}";
    }

    public static async Task<(HttpStatusCode Status, JsonObject Body, HttpResponseHeaders Headers)> CallAsync(this HttpClient client, HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(text)!.AsObject(), response.Headers);
    }

    public static async Task<JsonObject> SubmitAsync(this CloudFixture fixture, JsonObject body)
    {
        var (status, answer, _) = await fixture.MediaConvert.CallAsync(HttpMethod.Post, "jobs", body);
        status.ShouldBe(HttpStatusCode.Created, answer.ToJsonString());
        return answer["job"]!.AsObject();
    }

    /// <summary>Polls GetJob until the job is finished; the test's own timeout is the limit.</summary>
    public static async Task<JsonObject> FinishAsync(this CloudFixture fixture, string id)
    {
        while (true)
        {
            var (_, answer, _) = await fixture.MediaConvert.CallAsync(HttpMethod.Get, $"jobs/{id}");
            if ((string?)answer["job"]!["status"] is not ("SUBMITTED" or "PROGRESSING")) return answer["job"]!.AsObject();
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public static async Task<JsonObject> RunAsync(this CloudFixture fixture, JsonObject body) => await fixture.FinishAsync((string)(await fixture.SubmitAsync(body))["id"]!);

    /// <summary>Downloads everything below a prefix of the output bucket into a folder, and gives the file names.</summary>
    public static async Task<IReadOnlyList<string>> DownloadAsync(this CloudFixture fixture, string prefix, string folder)
    {
        List<string> names = [];
        await foreach (var found in fixture.S3.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = fixture.Options.OutputBucket, Prefix = prefix }).S3Objects.WithCancellation(TestContext.Current.CancellationToken))
        {
            var name = found.Key[prefix.Length..];
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            using var got = await fixture.S3.GetObjectAsync(found.BucketName ?? fixture.Options.OutputBucket, found.Key, TestContext.Current.CancellationToken);
            await using var file = File.Create(Path.Combine(folder, name));
            await got.ResponseStream.CopyToAsync(file, TestContext.Current.CancellationToken);
            names.Add(name);
        }

        return names;
    }
}
