using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class SessionTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Sessions = "/api/v1/me/sessions";

    [Fact]
    public async Task A_parent_sees_the_devices_that_are_signed_in_last_used_first()
    {
        var email = Families.NewEmail();
        await app.SignedInAsync(email, "Kitchen iPad", register: true);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        var phone = await app.SignedInAsync(email, "Phone");
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        var lost = await app.SignedInAsync(email, "Lost");
        (await app.Client().PostAsync("/api/v1/auth/logout", new { refresh_token = lost.RefreshToken })).ShouldBe(HttpStatusCode.NoContent);
        var refreshed = (string)(await app.RefreshAsync(phone.RefreshToken)).ShouldBe(HttpStatusCode.OK)["jwt"]!;

        var answer = (await app.Client(refreshed).GetAsync(Sessions)).ShouldBe(HttpStatusCode.OK);
        var data = answer["data"]!.AsArray();
        data.Select(s => (string?)s!["device_name"]).ShouldBe(["Phone", "Kitchen iPad"]);
        data.Select(s => (bool)s!["current"]!).ShouldBe([true, false]);
        ((int)answer["pagination"]!["total"]!).ShouldBe(2);
        ((DateTimeOffset)data[0]!["last_used_at"]!).ShouldBe((DateTimeOffset)data[0]!["signed_in_at"]! + TimeSpan.FromMinutes(1));
        data[0]!.AsObject().Select(m => m.Key).ShouldBe(["id", "device_name", "signed_in_at", "last_used_at", "current"]);
    }

    [Fact]
    public async Task A_session_whose_refresh_token_has_expired_is_not_listed()
    {
        var email = Families.NewEmail();
        await app.SignedInAsync(email, "Attic", register: true);
        app.Clock.Advance(TimeSpan.FromDays(60));
        var (jwt, _) = await app.SignedInAsync(email, "Phone");
        (await app.Client(jwt).GetAsync(Sessions))["data"]!.AsArray().Select(s => (string?)s!["device_name"]).ShouldBe(["Phone"]);
    }

    [Fact]
    public async Task Ending_a_session_ends_its_access_token_and_its_refresh_token_at_once()
    {
        var email = Families.NewEmail();
        var tablet = await app.SignedInAsync(email, "Tablet", register: true);
        var phone = app.Client((await app.SignedInAsync(email, "Phone")).Jwt);
        var id = (string)(await phone.GetAsync(Sessions))["data"]!.AsArray().Single(s => (string?)s!["device_name"] == "Tablet")!["id"]!;
        (await phone.DeleteAsync($"{Sessions}/{id}")).ShouldBe(HttpStatusCode.NoContent);
        (await app.Client(tablet.Jwt).GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await app.RefreshAsync(tablet.RefreshToken)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await phone.GetAsync(Sessions))["data"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Someone_elses_session_is_answered_byte_for_byte_as_one_that_does_not_exist()
    {
        var (mine, others) = (await app.ParentAsync(), await app.ParentAsync());
        var theirs = (string)(await others.GetAsync(Sessions))["data"]![0]!["id"]!;
        var answer = (await mine.DeleteAsync($"{Sessions}/{theirs}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await mine.DeleteAsync($"{Sessions}/{Guid.NewGuid()}")).Text.ShouldBe(answer.Text);
        (await others.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    [InlineData("not-a-uuid")]
    [InlineData("%7B00000000-0000-0000-0000-000000000001%7D")]
    [InlineData("00000000000000000000000000000001")]
    [InlineData("%2000000000-0000-0000-0000-000000000001")]
    public async Task What_is_no_uuid_is_no_address(string id) =>
        (await (await app.ParentAsync()).DeleteAsync($"{Sessions}/{id}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");

    [Fact]
    public async Task All_other_devices_are_signed_out_and_the_one_that_asks_stays()
    {
        var email = Families.NewEmail();
        var devices = new List<SignedIn> { await app.SignedInAsync(email, "0", register: true) };
        for (var i = 1; i < 4; i++)
            devices.Add(await app.SignedInAsync(email, $"{i}"));
        var stranger = await app.ParentAsync();
        (await app.Client(devices[2].Jwt).DeleteAsync(Sessions)).ShouldBe(HttpStatusCode.NoContent);
        foreach (var device in devices)
            (await app.Client(device.Jwt).GetAsync("/api/v1/me")).ShouldBe(device == devices[2] ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
        (await app.RefreshAsync(devices[2].RefreshToken)).ShouldBe(HttpStatusCode.OK);
        (await stranger.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Devices_that_sign_each_other_out_at_the_same_moment_do_not_hang()
    {
        for (var round = 0; round < 5; round++)
        {
            var email = Families.NewEmail();
            var devices = new List<SignedIn> { await app.SignedInAsync(email, "0", register: true) };
            for (var i = 1; i < 6; i++)
                devices.Add(await app.SignedInAsync(email, $"{i}"));
            var answers = await Task.WhenAll(devices.Select(d => app.Client(d.Jwt).DeleteAsync(Sessions)));
            answers.ShouldAllBe(a => a.Status == HttpStatusCode.NoContent || a.Status == HttpStatusCode.Unauthorized);
            (await app.SqlAsync($"select count(*) from parent_sessions s join users u on u.id = s.user_id where email = '{email}' and revoked_at is null"))
                .ShouldBeOneOf(0L, 1L);
        }
    }

    [Fact]
    public async Task Signing_out_with_the_access_token_alone_ends_its_session()
    {
        var device = await app.SignedInAsync(Families.NewEmail(), "Tablet", register: true);
        (await app.Client(device.Jwt).PostAsync("/api/v1/auth/logout")).ShouldBe(HttpStatusCode.NoContent);
        (await app.Client(device.Jwt).GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await app.RefreshAsync(device.RefreshToken)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await app.Client(device.Jwt).PostAsync("/api/v1/auth/logout", new { })).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_childs_device_that_signs_out_ends_nothing()
    {
        var (parent, child) = await app.FamilyAsync();
        var device = await app.HandOverAsync(parent, child);
        (await device.PostAsync("/api/v1/auth/logout")).ShouldBe(HttpStatusCode.NoContent);
        (await parent.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBe(HttpStatusCode.OK);
    }
}

internal sealed record SignedIn(string Jwt, string RefreshToken);

internal static class SignInCalls
{
    public static async Task<SignedIn> SignedInAsync(this StorytimeApp app, string email, string device, bool register = false, string password = Families.Password)
    {
        var answer = await app.Client().PostAsync(register ? "/api/v1/auth/register" : "/api/v1/auth/login", new { email, password, device_name = device });
        answer.ShouldBe(register ? HttpStatusCode.Created : HttpStatusCode.OK);
        return new SignedIn((string)answer["jwt"]!, (string)answer["refresh_token"]!);
    }
}
