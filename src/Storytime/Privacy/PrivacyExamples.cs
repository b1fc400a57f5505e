using System.Text.Json;
using Storytime.Platform.OpenApi;

namespace Storytime.Privacy;

internal static class PrivacyExamples
{
    private static readonly Guid _receipt = new("6f1c2f9e-5a0b-4c0e-9a52-3c1b7d0e8f44");

    public static IEnumerable<ApiExample> All =>
    [
        new(new DeleteAccountRequest("correct horse battery")),
        new(new ErasureResponse(_receipt, ErasureKind.Child, ApiExample.Now, null, new Dictionary<string, long> { ["child_profiles"] = 1, ["library_items"] = 12 }), "Under way"),
        new(new ErasureResponse(_receipt, ErasureKind.Child, ApiExample.Now, ApiExample.Now.AddMinutes(11),
            new Dictionary<string, long> { ["child_profiles"] = 1, ["library_items"] = 12, ["usage_events"] = 4711 }), "Complete"),
        new(new ExportResponse(DataExport.FormatVersion, ApiExample.Now, "child", new Dictionary<string, IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>>
        {
            ["child_profiles"] = [new Dictionary<string, JsonElement> { ["id"] = JsonSerializer.SerializeToElement(7), ["name"] = JsonSerializer.SerializeToElement("Mia") }],
        })),
        new(new RetentionResponse([ToExample(DataCategory.Child), ToExample(DataCategory.Viewing)])),
    ];

    private static RetentionCategory ToExample(DataCategory category) => ReadRetention.ToResponse(category, new RetentionOptions());
}
