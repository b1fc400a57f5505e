using Storytime.Admin.Support;
using Storytime.Rights;

namespace Storytime.Tests.Admin;

/// <summary>What the console tells somebody who answers a parent.</summary>
public sealed class RuleWordsTests
{
    private static readonly EntitlementResponse _refused = SupportExamples.All.Select(e => e.Body).OfType<EntitlementResponse>().Single();

    [Fact]
    public void A_refusal_of_another_moment_is_told_with_the_moment_the_book_and_the_reason()
    {
        RuleWords.Verdict(_refused, isNow: false).ShouldBe("On 2026-02-25 19:40 UTC child 7 could not play “The Moon Boat”: It is quiet time now.");
        RuleWords.Next(_refused.Answer).ShouldBe("By itself it may play again from 2026-02-26 06:30 UTC.");
    }

    [Fact]
    public void A_yes_of_now_says_until_when()
    {
        var yes = _refused with { Answer = new EntitlementAnswer(true, null, null, _refused.At.AddHours(2), null) };
        RuleWords.Verdict(yes, isNow: true).ShouldBe("Now child 7 may play “The Moon Boat”.");
        RuleWords.Next(yes.Answer).ShouldBe("This yes ends on 2026-02-25 21:40 UTC.");
    }

    [Fact]
    public void Every_rule_has_a_question_that_yes_is_good_for_and_says_what_its_answer_rests_on()
    {
        foreach (var rule in Enum.GetValues<EntitlementRule>())
        {
            RuleWords.Question(rule).ShouldEndWith("?");
            RuleWords.Grounds(rule, _refused).ShouldEndWith(".");
        }
        RuleWords.Grounds(EntitlementRule.QuietHours, _refused).ShouldBe("Quiet hours are 14:30–06:30 in America/New_York; on the family's clock it is 2026-02-25 14:40.");
        RuleWords.Grounds(EntitlementRule.DailyLimit, _refused).ShouldBe("The limit is 45 minutes a day; 21 minutes of that day were watched, 24 minutes were left.");
        RuleWords.Grounds(EntitlementRule.RightsWindow, _refused with { Facts = _refused.Facts with { RightsWindows = [] } }).ShouldBe("There is no window of this publisher for US.");
        RuleWords.Grounds(EntitlementRule.RightsWindow, _refused with { Facts = _refused.Facts with { PublisherId = null } }).ShouldBe("The book is Storytime's own and needs none.");
    }

    [Fact]
    public void What_is_known_only_as_it_is_now_is_not_told_as_if_it_had_been_so_then()
    {
        var rule = _refused.Rules.Single(r => r.Rule == EntitlementRule.Library);
        RuleWords.Doubt(rule, isNow: false).ShouldBeNull();
        RuleWords.Doubt(rule with { AsOf = FactsAsOf.Now, ChangedAt = _refused.At.AddHours(1) }, isNow: false)
            .ShouldBe("This is as it is now: it changed on 2026-02-25 20:40 UTC, and may have been otherwise before.");
        RuleWords.Doubt(rule with { AsOf = FactsAsOf.Now, ChangedAt = null }, isNow: false).ShouldBe("This is as it is now; it may have been otherwise then.");
        RuleWords.Doubt(rule with { AsOf = FactsAsOf.Now }, isNow: true).ShouldBeNull();
    }
}
