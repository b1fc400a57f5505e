using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Storytime.Platform.Auth;

namespace Storytime.Admin.Shell;

/// <summary>
/// What Api.cs says of an operation, found by its handler: a page that calls it asks for nothing that the API would not allow the same person.
/// </summary>
internal sealed class Operations(EndpointDataSource endpoints)
{
    private readonly Lazy<Dictionary<MethodInfo, Operation>> _all = new(() => endpoints.Endpoints
        .Select(e => (Method: e.Metadata.GetMetadata<MethodInfo>(), e.Metadata)).Where(e => e.Method is not null)
        .GroupBy(e => e.Method!, e => e.Metadata)
        .ToDictionary(g => g.Key, g => new Operation(
            [.. g.First().OfType<IAuthorizeData>().Select(a => a.Policy).OfType<string>()], g.First().GetMetadata<FreshSignIn>() is not null)));

    public Operation Of(Delegate handler) => _all.Value.TryGetValue(handler.Method, out var operation) && operation.Policies.Count > 0
        ? operation
        : throw new InvalidOperationException($"{handler.Method.DeclaringType?.Name}.{handler.Method.Name} has no route with a policy in Api.cs.");
}

/// <param name="NeedsFreshSignIn">Whether it is about money or access.</param>
internal sealed record Operation(IReadOnlyList<string> Policies, bool NeedsFreshSignIn);
