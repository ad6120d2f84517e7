using MediaServer.Load;

namespace MediaServer.Bench.Tests;

public class ArgumentListTests
{
    [Fact]
    public void Values_stand_behind_the_name_or_an_equals_sign()
    {
        var arguments = new ArgumentList("--url", "rtmp://localhost/a/b", "--clients=20", "--discard", "--warm", "0.5");

        Assert.Equal("rtmp://localhost/a/b", arguments.RequiredText("url"));
        Assert.Equal(20, arguments.Count("clients", 1, 1, 100));
        Assert.True(arguments.Flag("discard"));
        Assert.False(arguments.Flag("stamp"));
        Assert.Equal(TimeSpan.FromSeconds(0.5), arguments.Seconds("warm", 3, 0, 10));
        Assert.Equal(7, arguments.Count("probes", 7, 0, 100));
        arguments.RejectOthers();
    }

    [Fact]
    public void A_name_that_nobody_knows_is_an_error_and_not_a_default()
    {
        var arguments = new ArgumentList("--client", "20");

        Assert.Equal(1, arguments.Count("clients", 1, 1, 100));
        Assert.Contains("--client:", Assert.Throws<UsageException>(arguments.RejectOthers).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--clients", "0")]
    [InlineData("--clients", "101")]
    [InlineData("--clients", "many")]
    [InlineData("--clients", "2.5")]
    [InlineData("--clients", "NaN")]
    [InlineData("--clients")]
    public void A_number_that_cannot_be_is_an_error_that_names_the_option(params string[] given)
    {
        var arguments = new ArgumentList(given);

        string message = Assert.Throws<UsageException>(() => arguments.Count("clients", 1, 1, 100)).Message;

        Assert.Contains("--clients", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("play")]
    [InlineData("--")]
    [InlineData("--a", "1", "--a", "2")]
    public void What_is_no_option_or_stands_there_twice_is_an_error(params string[] given)
    {
        Assert.Throws<UsageException>(() => new ArgumentList(given));
    }

    [Fact]
    public void A_flag_takes_no_value()
    {
        Assert.Throws<UsageException>(() => new ArgumentList("--discard", "yes").Flag("discard"));
    }

    [Fact]
    public void Another_machine_has_to_be_allowed()
    {
        Assert.Contains("--allow-remote", Assert.Throws<UsageException>(() => Target.Parse("rtmp://192.0.2.1/live/a", false, "rtmp")).Message, StringComparison.Ordinal);
        Assert.Equal(1935, Target.Parse("rtmp://192.0.2.1/live/a", true, "rtmp").Address.Port);
        Assert.Throws<UsageException>(() => Target.Parse("http://127.0.0.1/live/a.flv", false, "rtmp"));
    }

    [Fact]
    public void The_app_is_all_of_the_path_but_the_stream()
    {
        Target target = Target.Parse("rtmp://127.0.0.1:19350/live/room/show?key=1", false, "rtmp");

        Assert.Equal(("live/room", "show?key=1", 19350), (target.App, target.StreamName, target.Address.Port));
    }
}
