using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>What is not RTMP, and names that lead elsewhere.</summary>
public sealed class HostileTests(HostileTests.Running running) : IClassFixture<HostileTests.Running>
{
    private ServerProcess Server => running.Server;

    [Fact]
    public async Task Http_on_the_rtmp_port_is_closed_at_once_with_one_line_in_the_log()
    {
        int before = CountBroken();
        using var client = new TcpClient();
        await client.ConnectAsync("localhost", Server.RtmpPort);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        await AssertClosedAsync(stream);
        await AssertOneLineAsync(before);
    }

    [Fact]
    public async Task Tls_on_the_rtmp_port_is_closed_at_once_with_one_line_in_the_log()
    {
        int before = CountBroken();
        using var client = new TcpClient();
        await client.ConnectAsync("localhost", Server.RtmpPort);
        await using var tls = new SslStream(client.GetStream());
        await Assert.ThrowsAnyAsync<IOException>(() => tls.AuthenticateAsClientAsync("localhost").WaitAsync(Waiting.Limit));
        await AssertOneLineAsync(before);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("a/../../secret")]
    [InlineData(".hidden")]
    public async Task A_name_that_leads_elsewhere_cannot_be_published_or_played(string name)
    {
        int before = CountRefused();
        await using ChildProcess publisher = Ffmpeg.Publish(Sample.PathOf(Sample.VideoOnly), Server.RtmpUrl(name));
        Assert.NotEqual(0, await publisher.WaitForExitAsync(Waiting.Limit));
        await using ChildProcess player = Ffmpeg.Play(Server.RtmpUrl(name));
        Assert.NotEqual(0, await player.WaitForExitAsync(Waiting.Limit));
        await Waiting.UntilAsync(() => Task.FromResult(CountRefused() >= before + 2), () => $"two refusals are not in the log. {Server.Tail()}");
        Assert.Empty(await Server.ListAsync());
    }

    [Theory]
    [InlineData("/live/../../../../etc/passwd")]
    [InlineData("/live/%2e%2e/%2e%2e/etc/passwd.flv")]
    [InlineData("/live/..%2f..%2fetc%2fpasswd.flv")]
    [InlineData("/live/..%5c..%5cappsettings.json/index.m3u8")]
    [InlineData("/../appsettings.json")]
    [InlineData("/live/a%00b.flv")]
    public async Task A_path_that_leads_elsewhere_is_not_found(string path)
    {
        using var client = new TcpClient(); // a raw one: HttpClient would tidy the path up
        await client.ConnectAsync("localhost", Server.HttpPort);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        string answer = await reader.ReadToEndAsync().Within(Waiting.Limit, () => $"{path} has no answer. {Server.Tail()}");
        Assert.Matches(@"^HTTP/1\.1 (400|404) ", answer);
    }

    private static async Task AssertClosedAsync(NetworkStream stream)
    {
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Waiting.Limit));
        }
        catch (IOException)
        {
            // reset: closed all the same
        }
    }

    private int CountBroken() => Server.Log.Count(line => line.Contains("broke the protocol", StringComparison.Ordinal));

    private int CountRefused() => Server.Log.Count(line => line.Contains(" may not ", StringComparison.Ordinal));

    private async Task AssertOneLineAsync(int before)
    {
        await Waiting.UntilAsync(() => Task.FromResult(CountBroken() > before), () => $"the log says nothing. {Server.Tail()}");
        Assert.Equal(before + 1, CountBroken());
        Assert.DoesNotContain(Server.Log, line => line.StartsWith("    ", StringComparison.Ordinal)); // no stack trace
    }

    public sealed class Running() : ServerFixture("hostile");
}
