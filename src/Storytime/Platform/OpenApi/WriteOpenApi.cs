using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Storytime.Platform.OpenApi;

/// <summary><c>storytime openapi</c>: writes the OpenAPI document to standard output. Needs no settings, no database, and serves nothing.</summary>
internal static class WriteOpenApi
{
    public static async Task<int> RunAsync(WebApplication app, CancellationToken ct)
    {
        // A program that serves does this by itself when it starts.
        app.UseRouting();
        app.UseEndpoints(_ => { });
        var document = await app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(OpenApiSetup.DocumentName).GetOpenApiDocumentAsync(ct);
        Console.WriteLine(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, ct));
        return 0;
    }
}
