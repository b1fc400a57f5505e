using CsCheck;
using Storytime.Catalog;

namespace Storytime.Tests.Catalog;

public sealed class FileNameTests
{
    [Theory]
    [InlineData("The Moon Boat.mp4", null, "The Moon Boat", null, null)]
    [InlineData("123_moon-boat.mp4", 123L, "moon boat", null, null)]
    [InlineData("123.mp4", 123L, "", null, null)]
    [InlineData("101 Dalmatians.mp4", null, "101 Dalmatians", null, null)]
    [InlineData("MoonBoat_final_v2.mov", null, "Moon Boat", null, null)]
    [InlineData("final.mp4", null, "final", null, null)]
    [InlineData("moon.boat.1080p.mp4", null, "moon boat", null, null)]
    [InlineData("The Moon Boat - Ada Reed (1).jpg", null, "The Moon Boat", "Ada Reed", null)]
    [InlineData("moon_boat_-_ada_reed.jpg", null, "moon boat", "ada reed", null)]
    [InlineData("moon.de.vtt", null, "moon", null, "de")]
    [InlineData("7_moon.pt-BR.vtt", 7L, "moon", null, "pt-BR")]
    [InlineData("let.it.bee.vtt", null, "let it bee", null, null)]
    [InlineData("moon.de.mp4", null, "moon de", null, null)]
    [InlineData("../../moon.mp4", null, "moon", null, null)]
    public void A_name_tells_of_its_book(string name, long? id, string title, string? author, string? language)
    {
        var file = FileName.Of(name);
        (file.BookId, file.Title, file.Author, file.Language).ShouldBe((id, title, author, language));
    }

    [Fact]
    public void Any_name_can_be_read_and_is_as_like_as_can_be_to_itself() => Gen.String[1, 255].Sample(name =>
    {
        var file = FileName.Of(name);
        file.Likeness(name, "").ShouldBeInRange(0, 1);
        if (file.Author is null && file.Title.Any(char.IsLetterOrDigit))
            file.Likeness(file.Title, "").ShouldBe(1);
    });

    [Theory]
    [InlineData("moon boat.mp4", "The Moon Boat", "The Moon Cow")]
    [InlineData("Zoë's Garden.mp4", "Zoe’s Garden", "Zoe's Gate")]
    [InlineData("The Moon Boat - Jo Blue.mp4", "The Moon Boat", "The Blue Boat")]
    public void The_nearer_title_scores_higher(string name, string nearer, string farther)
    {
        var file = FileName.Of(name);
        file.Likeness(nearer, "Ada Reed").ShouldBeGreaterThan(file.Likeness(farther, "Ada Reed"));
    }
}
