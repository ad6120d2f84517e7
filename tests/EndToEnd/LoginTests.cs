using System.Net.NetworkInformation;
using System.Net.Sockets;
using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>A real encoder that has a user and a password. It comes over an address of this machine that is not loopback: loopback is not asked.</summary>
public sealed class LoginTests(LoginTests.Asking asking) : IClassFixture<LoginTests.Asking>
{
    private ServerProcess Server => asking.Server;

    [Fact]
    public async Task Ffmpeg_publishes_and_plays_with_user_and_password()
    {
        await using ChildProcess publisher = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), asking.UrlOf(asking.Key, "show"));
        await Server.WaitForStreamAsync("show");

        Assert.Equal(2, (await Ffmpeg.ProbeAsync(asking.UrlOf(asking.Key, "show"))).Length);
        Assert.Equal(2, (await Ffmpeg.ProbeAsync(Server.RtmpUrl("show"))).Length);
        Assert.DoesNotContain(Server.Log, line => line.Contains(asking.Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ffmpeg_understands_that_its_password_is_wrong()
    {
        await using ChildProcess publisher = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), asking.UrlOf("wrong", "refused"));

        Assert.NotEqual(0, await publisher.WaitForExitAsync(Waiting.Limit));
        Assert.Contains(publisher.Errors, line => line.Contains("Incorrect username/password", StringComparison.Ordinal));
        await Server.WaitForLogAsync(line => line.Contains("could not log in", StringComparison.Ordinal), "of the login that failed");
    }

    [Fact]
    public async Task A_login_does_not_publish_streams_that_its_key_is_not_for()
    {
        await using ChildProcess publisher = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), asking.UrlOf(asking.Key, "other"));

        Assert.NotEqual(0, await publisher.WaitForExitAsync(Waiting.Limit));
        await Server.WaitForLogAsync(line => line.Contains("may not publish live/other", StringComparison.Ordinal), "that refuses the stream");
    }

    /// <summary>A server that asks for a login, and has a key for one.</summary>
    public sealed class Asking() : ServerFixture("login", "--Ingest:AskForLogin=true")
    {
        private string _user = "";

        public string Key { get; private set; } = "";

        public string UrlOf(string password, string stream) => $"rtmp://{_user}:{password}@{FindAddress()}:{Server.RtmpPort}/live/{stream}";

        protected override async Task PrepareAsync() => (_user, Key) = await Server.AddKeyAsync("live/show", "--login");

        private static string FindAddress()
        {
            string? address = NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .FirstOrDefault(unicast => unicast.Address.AddressFamily == AddressFamily.InterNetwork)?.Address.ToString();
            Assert.True(address is not null, "This machine has no IPv4 address besides loopback: connect it to a network, any will do.");
            return address;
        }
    }
}
