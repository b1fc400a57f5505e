using Storytime.Accounts;
using Storytime.Admin;
using Storytime.Admin.Operations;
using Storytime.Admin.Support;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Library;
using Storytime.Platform.OpenApi;
using Storytime.Playback;
using Storytime.Privacy;
using Storytime.Reporting;
using Storytime.Rights;
using Storytime.Usage;
using Storytime.Videos;

namespace Storytime;

/// <summary>A believable body for each request and answer of the API, for the OpenAPI document. Pages are made of the examples of their rows.</summary>
internal static class Examples
{
    public static IEnumerable<ApiExample> All =>
    [
        .. AccountExamples.All,
        .. ChildExamples.All,
        .. CatalogExamples.All,
        .. LibraryExamples.All,
        .. PlaybackExamples.All,
        .. UsageExamples.All,
        .. PrivacyExamples.All,
        .. AdminExamples.All,
        .. SupportExamples.All,
        .. OperationsExamples.All,
        .. RightsExamples.All,
        .. UploadExamples.All,
        .. VideoExamples.All,
        .. RevenueExamples.All,
        .. StatementExamples.All,
        .. ReportExamples.All,
    ];
}
