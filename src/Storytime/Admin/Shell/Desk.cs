using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Validation;
using MudBlazor;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Shell;

/// <summary>What one call has at hand: who calls, and services of its own.</summary>
internal sealed class DeskCall(Staff staff, IServiceProvider services, CancellationToken ct)
{
    public Staff Staff { get; } = staff;

    public StorytimeDb Db => Get<StorytimeDb>();

    public TimeProvider Time => Get<TimeProvider>();

    public CancellationToken Aborted { get; } = ct;

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public IOptions<T> Options<T>() where T : class => Get<IOptions<T>>();
}

/// <summary>
/// The pages' only way to do or see anything: the operations of the admin API, with the same policy, validation and errors, each in a scope of its own. The session is
/// looked up anew each time, so that whoever was signed out, closed or given another role can do nothing more with a page that is still open.
/// </summary>
internal sealed partial class Desk(
    IServiceScopeFactory scopes, AuthenticationStateProvider authentication, Operations operations, IAuthorizationService authorization, IOptions<ValidationOptions> validation,
    IDialogService dialogs, TimeProvider time, ILogger<Desk> log)
{
    public static readonly ApiError SignedOut = ApiError.Unauthenticated("You were signed out. Sign in again; what you typed is still here in the meantime.");

    private static readonly ApiError _failed = new(500, "internal_error", "Something went wrong on our side. Try again; if it stays so, tell an operator the time.");

    /// <param name="operation">The handler, as Api.cs maps it: <c>ManageBooks.List</c>.</param>
    /// <param name="request">The body or the filter that it gets, which is validated; null for none.</param>
    /// <param name="call">Calls the handler.</param>
    public async Task<Outcome> AskAsync<TResult>(Delegate operation, object? request, Func<DeskCall, Task<TResult>> call, CancellationToken ct = default) where TResult : IResult
    {
        var outcome = await TryAsync(operation, request, call, ct);
        // Asked once more who they are, they need not start over.
        return outcome.Error == FreshSignIn.Required && await ConfirmIdentity.AskAsync(dialogs) ? await TryAsync(operation, request, call, ct) : outcome;
    }

    private async Task<Outcome> TryAsync<TResult>(Delegate operation, object? request, Func<DeskCall, Task<TResult>> call, CancellationToken ct) where TResult : IResult
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            var state = await authentication.GetAuthenticationStateAsync();
            if (await scope.ServiceProvider.GetRequiredService<ConsoleSessions>().FindAsync(state.User, ct) is not { } session)
                return new Outcome(SignedOut);
            var rules = operations.Of(operation);
            foreach (var policy in rules.Policies)
            {
                if (!(await authorization.AuthorizeAsync(session.Principal, policy)).Succeeded)
                    return new Outcome(session.MustEnrol ? CookieSetup.MustEnrol : ApiError.Forbidden("Your role may not do this. Ask an admin."));
            }
            if (await InvalidAsync(request, scope.ServiceProvider, ct) is { } invalid)
                return new Outcome(invalid);
            if (rules.NeedsFreshSignIn && !session.IsFresh(time.Now()))
                return new Outcome(FreshSignIn.Required);
            return Outcome.From(await call(new DeskCall(session.Staff, scope.ServiceProvider, ct)));
        }
        catch (UnavailableException e)
        {
            return new Outcome(new ApiError(503, "unavailable", e.Message));
        }
        catch (Exception e) when (DatabaseErrors.IsGone(e))
        {
            return new Outcome(ApiError.Gone);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.Failed(log, e, operation.Method.DeclaringType?.Name, operation.Method.Name);
            return new Outcome(_failed);
        }
    }

    // The validation of minimal APIs, called by ourselves: the attributes stand on parameters of records, where no other validator looks.
#pragma warning disable ASP0029
    private async Task<ApiError?> InvalidAsync(object? request, IServiceProvider services, CancellationToken ct)
    {
        if (request is null || !validation.Value.TryGetValidatableTypeInfo(request.GetType(), out var type))
            return null;
        var context = new ValidateContext { ValidationOptions = validation.Value, ValidationContext = new ValidationContext(request, request.GetType().Name, services, null) };
        await type.ValidateAsync(request, context, ct);
        return context.ValidationErrors is { Count: > 0 } errors ? ApiError.Invalid(errors) : null;
    }
#pragma warning restore ASP0029

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A page's call of {Type}.{Method} failed")]
        public static partial void Failed(ILogger logger, Exception e, string? type, string method);
    }
}
