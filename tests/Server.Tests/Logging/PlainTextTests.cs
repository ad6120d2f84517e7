using MediaServer.Server.Logging;

namespace MediaServer.Server.Tests.Logging;

public class PlainTextTests
{
    [Theory]
    [InlineData("live/demo", "live/demo")]
    [InlineData("Grüße, 日本 🎬", "Grüße, 日本 🎬")]
    [InlineData("a\nb\r\tc", "a\\nb\\r\\tc")]
    [InlineData("\u001b[2J\u001b[31mred", "\\u001B[2J\\u001B[31mred")]
    [InlineData("\u0000\u007f\u009b", "\\u0000\\u007F\\u009B")]
    [InlineData("a\u2028b\u2029c", "a\\u2028b\\u2029c")]
    [InlineData("evil\u202egnp.exe\ufeff", "evil\\u202Egnp.exe\\uFEFF")]
    public void What_a_terminal_would_act_on_is_shown_instead(string text, string expected)
    {
        Assert.Equal(expected, PlainText.Escape(text));
    }

    [Fact]
    public void Half_a_character_does_not_get_through()
    {
        Assert.Equal("a\ufffdb", PlainText.Escape("a\ud800b"));
    }

    [Fact]
    public void Plain_text_is_not_copied()
    {
        string text = "stream live/demo started";
        Assert.Same(text, PlainText.Escape(text));
    }
}
