using System.Net.Mime;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace Storytime.Platform;

/// <summary>200 with a body that was written before: an answer that many get.</summary>
internal sealed class JsonBytes<T>(ReadOnlyMemory<byte> body) : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [MediaTypeNames.Application.Json]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = body.Length;
        return httpContext.Response.BodyWriter.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
