using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Videos;

/// <summary>Without a worker, and with an eye on all that is called because of a notice.</summary>
public sealed class ForgeryHost : VideoHost
{
    public ForgeryHost(Database database) : base(database) => Calls = new OutboundCalls(() => new Uri(Sns.Origin));

    public OutboundCalls Calls { get; }

    protected override Task ConfigureAsync(StorytimeApp app)
    {
        app.With(Calls.Watch);
        return Task.CompletedTask;
    }
}

/// <summary>What anybody can send to the webhook, who has seen true messages or can publish to topics of his own.</summary>
public sealed class NoticeForgeryTests(ForgeryHost host) : IClassFixture<ForgeryHost>
{
    public static TheoryData<string> Kinds => [.. Forgery.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_forged_notice_is_refused_changes_nothing_and_makes_us_call_nobody_else(string kind)
    {
        var scene = await SceneAsync();
        var before = await host.StateAsync();
        var forgery = Forgery.All[kind];
        var answer = await PostAsync(forgery.Make(scene));
        answer.ShouldBeError(forgery.Status, forgery.Status == HttpStatusCode.Forbidden ? "forbidden" : "too_large");
        (await host.StateAsync()).ShouldBe(before);
        OnlySnsIsCalled();
        if (forgery.CallsNobody)
            scene.Requests.ShouldBe(host.Sns.Requests.Count, "Nothing should be fetched for what is refused anyway.");
    }

    [Fact]
    public void The_kinds_are_many_and_of_each_sort() => Forgery.All.Count.ShouldBeGreaterThanOrEqualTo(45);

    [Fact]
    public async Task The_message_that_the_forgeries_are_made_of_is_believed()
    {
        var scene = await SceneAsync();
        var before = await host.StateAsync();
        (await PostAsync(Forgery.Text(scene.Notice()))).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(Forgery.Text(scene.Confirmation()))).ShouldBe(HttpStatusCode.OK);
        (await host.StateAsync()).ShouldNotBe(before);
        host.Calls.Requests.ShouldContain(host.Sns.CertificateUrl);
        host.Sns.Requests.ShouldContain(r => r.Contains("ConfirmSubscription", StringComparison.Ordinal));
        OnlySnsIsCalled();
    }

    [Fact]
    public async Task A_call_to_another_host_would_be_seen_and_answered()
    {
        var calls = new OutboundCalls(() => new Uri(host.Sns.Origin));
        var services = new ServiceCollection();
        services.AddHttpClient("sns").ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler());
        calls.Watch(services);
        await using var provider = services.BuildServiceProvider();
        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("sns");
        (await http.GetStringAsync("http://sns.example/redirect-away.pem")).ShouldStartWith("-----BEGIN CERTIFICATE");
        calls.Requests.ShouldBe(["http://sns.example/redirect-away.pem"]);
        calls.Connections.ShouldBe(["sns.example:80", "evil.example:80"]);
    }

    private void OnlySnsIsCalled()
    {
        var origin = new Uri(host.Sns.Origin);
        host.Calls.Requests.ShouldAllBe(r => r.StartsWith(host.Sns.Origin + "/", StringComparison.Ordinal));
        host.Calls.Connections.ShouldAllBe(c => c == $"{origin.Host}:{origin.Port}");
    }

    private async Task<ForgeryScene> SceneAsync()
    {
        var (id, book, job) = await host.ProcessingAsync();
        await host.ManifestAsync(book);
        return new ForgeryScene(host.Sns, host.App.Now, TestJobs.Event(job, id, "COMPLETE"), host.Sns.Requests.Count);
    }

    private Task<Answer> PostAsync(HttpContent content) =>
        host.App.Client().SendAsync(HttpMethod.Post, "/webhooks/mediaconvert", null, request => request.Content = content);
}
