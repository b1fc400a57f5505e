using Microsoft.Extensions.DependencyInjection;
using Storytime.Privacy;

namespace Storytime.Tests.Privacy;

internal static class Apple
{
    /// <summary>Stands for Apple's server, which is the only thing here that is not ours.</summary>
    public static void AnswerForApple(this IServiceCollection services, Func<byte[], Task> answer) =>
        services.AddSingleton<RevokeAppleToken>((token, _) => answer(token));
}
