using System.Globalization;
using System.Text;
using MediaServer.Hub;
using MediaServer.Playback.Tests.Support;
using MediaServer.TestKit;

namespace MediaServer.Playback.Tests;

/// <summary>HTTP-FLV over plain HTTP/1, where a shard writes the whole response.</summary>
public class FlvOnShardTests
{
    private static readonly byte[] FileHeader = [.. "FLV"u8, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0];

    [Theory]
    [InlineData("1.1")]
    [InlineData("1.0")]
    public async Task A_player_gets_head_and_file_to_the_last_byte_and_then_an_end_in_order(string version)
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true, lengthBytes: 300_000);
        using RawHttpClient player = Ask(server, version);
        await PlaybackServer.UntilAsync(() => server.Subscribers == 1);
        for (int i = 0; i < 20; i++)
        {
            server.Publisher.PublishVideo(isRandomAccess: false, lengthBytes: i % 2 == 0 ? 300_000 : 100); // more than any buffer takes
        }

        server.Publisher.EndStream();

        string[] head = await player.HearHeadAsync();
        Assert.Equal("HTTP/1.1 200 OK", head[0]);
        Assert.Contains("Content-Type: video/x-flv", head);
        Assert.Contains("Connection: close", head);
        Assert.Contains("Access-Control-Allow-Origin: *", head);
        Assert.Contains("Cache-Control: no-store", head);
        Assert.Single(head, line => line.StartsWith("Date: ", StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(line[6..], "R", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
        Assert.Equal(version == "1.1", head.Contains("Transfer-Encoding: chunked")); // then an end that is none is seen
        byte[] expected = [.. FileHeader, .. server.Tags.SelectMany(tag => tag)];
        AssertSame(expected, version == "1.1" ? await HearChunkedAsync(player) : await player.HearToEndAsync());
        Assert.Empty(await player.HearToEndAsync());
    }

    [Fact]
    public async Task Hundreds_that_start_at_once_while_media_flows_all_get_the_head_before_it()
    {
        const int Players = 400;
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true);
        using var flows = new CancellationTokenSource();
        Task publishing = Task.Run(() =>
        {
            for (int i = 1; !flows.IsCancellationRequested; i++)
            {
                server.Publisher.PublishVideo(isRandomAccess: i % 50 == 0);
                Thread.Yield();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, Players).Select(_ => Task.Run(async () =>
        {
            using RawHttpClient player = Ask(server, "1.1");
            Assert.Equal("HTTP/1.1 200 OK", (await player.HearHeadAsync())[0]);
            byte[] begin = [.. "D\r\n"u8, .. FileHeader, .. "\r\n000003F7\r\n\t"u8]; // the header, and a tag of video
            byte[] heard = await player.HearAsync(begin.Length + 1014 + 2 + 9);
            Assert.Equal(begin, heard[..begin.Length]);
            Assert.Equal(0x17, heard[begin.Length + 10]); // a key frame
            Assert.Equal("\r\n000003F7\r"u8, heard.AsSpan(begin.Length + 1014)); // whole, and behind it the next
        })));

        await flows.CancelAsync();
        await publishing;
        Assert.Equal(0, server.Transport.Loops.Where(loop => loop is MediaServer.Transport.ManagedLoop).Sum(loop => loop.BytesSent));
    }

    [Fact]
    public async Task What_an_earlier_request_of_the_connection_is_still_owed_comes_first()
    {
        const int Length = 8_000_000; // more than all buffers
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true);
        using RawHttpClient player = RawHttpClient.Ask(
            server.Port, $"GET /other?length={Length} HTTP/1.1|Host: localhost||GET /live/show.flv HTTP/1.1|Host: localhost||");

        Assert.Contains("HTTP/1.1 200 OK", await player.HearHeadAsync());
        string other = Encoding.ASCII.GetString(await HearChunkedAsync(player));
        Assert.Equal(FlvServer.Other($"{Length}"), other);

        Assert.Contains("Content-Type: video/x-flv", await player.HearHeadAsync());
        await PlaybackServer.UntilAsync(() => server.Subscribers == 1);
        server.Publisher.EndStream();
        AssertSame([.. FileHeader, .. server.Tags[0]], await HearChunkedAsync(player));
    }

    [Fact]
    public async Task A_request_behind_the_players_own_is_never_answered()
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true);
        using RawHttpClient player = RawHttpClient.Ask(
            server.Port, "GET /live/show.flv HTTP/1.1|Host: localhost||GET /other HTTP/1.1|Host: localhost||");
        await PlaybackServer.UntilAsync(() => server.Subscribers == 1);
        server.Publisher.EndStream();

        await player.HearHeadAsync();
        AssertSame([.. FileHeader, .. server.Tags[0]], await HearChunkedAsync(player));
        Assert.Empty(await player.HearToEndAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_leaves_is_gone_at_once_and_no_socket_is_left(bool resets)
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true);
        for (int i = 0; i < 20; i++)
        {
            using RawHttpClient player = Ask(server);
            await player.HearHeadAsync();
            if (resets)
            {
                player.Reset();
            }
        }

        await PlaybackServer.UntilAsync(() => server.Subscribers == 0 && server.Transport.ConnectionCount == 0); // nothing was published
        await PlaybackServer.UntilAsync(() => SocketsOf(server.Port) == 0);
    }

    [Fact]
    public async Task A_player_that_has_shut_its_side_is_gone_too()
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true);
        using RawHttpClient player = Ask(server);
        await player.HearHeadAsync();
        player.Finish();

        await PlaybackServer.UntilAsync(() => server.Subscribers == 0 && SocketsOf(server.Port) == 0);
    }

    [Fact]
    public async Task A_player_that_reads_late_gets_everything_that_was_sent_before_the_end()
    {
        var time = new ManualTimeProvider();
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { Time = time });
        server.Publisher.PublishVideo(isRandomAccess: true, lengthBytes: 100_000); // in the server's kernel, for the most part
        using RawHttpClient player = Ask(server, receiveBufferBytes: 4096);
        await PlaybackServer.UntilAsync(() => server.Publisher.Topic.GetStatistics().Traffic.Delivery.Delivered.Video == 1);

        server.Publisher.EndStream();
        await PlaybackServer.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1)); // it is not waited for
            return server.Transport.ConnectionCount == 0;
        });

        await player.HearHeadAsync();
        AssertSame([.. FileHeader, .. server.Tags[0]], await player.HearToEndAsync());
    }

    [Fact]
    public async Task Players_that_do_not_read_cost_no_memory_and_others_get_everything()
    {
        const int Still = 20;
        await using FlvServer server = await FlvServer.StartAsync(
            new FlvSetup { Hub = new HubOptions { BudgetBytes = 2 * 1024 * 1024, LagBytes = 1024 * 1024 } });
        server.Publisher.PublishVideo(isRandomAccess: true, lengthBytes: 100_000);
        RawHttpClient[] still = [.. Enumerable.Range(0, Still).Select(_ => Ask(server, receiveBufferBytes: 4096))];
        using RawHttpClient other = Ask(server);
        await PlaybackServer.UntilAsync(() => server.Subscribers == Still + 1);
        await other.HearHeadAsync();
        Assert.Equal(FileHeader, await other.HearAsync(FileHeader.Length));
        AssertSame(server.Tags[0], await other.HearAsync(server.Tags[0].Length));
        for (int i = 1; i < 300; i++)
        {
            server.Publisher.PublishVideo(isRandomAccess: i % 10 == 0, lengthBytes: 100_000);
            AssertSame(server.Tags[i], await other.HearAsync(server.Tags[i].Length));
        }

        Assert.InRange(server.Slabs.Outstanding, 1, 80); // 2 MB in slabs of 64 KiB, each frame in two of its own
        Assert.Equal(Still + 1, server.Subscribers);
        Array.ForEach(still, player => player.Dispose());
    }

    [Theory]
    [InlineData("policy=block")]
    [InlineData("policy=fast")]
    [InlineData("maxlag=0")]
    [InlineData("maxlag=soon")]
    public async Task Who_asks_for_what_there_is_not_is_told_so(string query)
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true);
        using RawHttpClient player = RawHttpClient.Ask(server.Port, $"GET /live/show.flv?{query} HTTP/1.1|Host: localhost||");

        Assert.Equal("HTTP/1.1 400 Bad Request", (await player.HearHeadAsync())[0]);
        Assert.Contains(query.Split('=')[0], Encoding.ASCII.GetString(await HearChunkedAsync(player)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HEAD /live/show.flv", "200 OK", "Content-Type: video/x-flv")]
    [InlineData("POST /live/show.flv", "405 Method Not Allowed", "Allow: GET, HEAD")]
    [InlineData("GET /live/nobody.flv", "404 Not Found", "Access-Control-Allow-Origin: *")]
    public async Task What_is_no_play_is_answered_by_the_server(string request, string status, string field)
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true);
        using RawHttpClient client = RawHttpClient.Ask(server.Port, $"{request} HTTP/1.1|Host: localhost|Content-Length: 0||");

        string[] head = await client.HearHeadAsync();
        Assert.Equal($"HTTP/1.1 {status}", head[0]);
        Assert.Contains(field, head);
        Assert.Equal(0, server.Subscribers);
    }

    [Fact]
    public async Task A_player_that_chose_to_be_disconnected_is_when_it_lags_and_others_get_everything()
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true);
        using RawHttpClient slow = RawHttpClient.Ask(
            server.Port, "GET /live/show.flv?policy=disconnect HTTP/1.0||", receiveBufferBytes: 4096);
        using RawHttpClient other = Ask(server);
        await PlaybackServer.UntilAsync(() => server.Subscribers == 2);
        await other.HearHeadAsync();
        await other.HearAsync(FileHeader.Length + server.Tags[0].Length);
        for (int i = 1; server.Subscribers == 2; i++)
        {
            Assert.True(i < 1000, "512 frames is what a player may lag");
            server.Publisher.PublishVideo(isRandomAccess: false, lengthBytes: 10_000);
            AssertSame(server.Tags[i], await other.HearAsync(server.Tags[i].Length));
        }

        await Assert.ThrowsAsync<IOException>(slow.HearToEndAsync); // reset, and not ended as if that were all
        Assert.Equal(0, server.Hub.GetTotals().Delivery.GetDropped(DropReason.Overrun).Total);
    }

    /// <summary>Asks for the stream; as a client of HTTP/1.0 it gets the file with nothing in between.</summary>
    private static RawHttpClient Ask(FlvServer server, string version = "1.0", int receiveBufferBytes = 0) =>
        RawHttpClient.Ask(server.Port, $"GET /live/show.flv HTTP/{version}|Host: localhost||", receiveBufferBytes);

    private static void AssertSame(byte[] expected, byte[] actual) =>
        Assert.True(expected.AsSpan().SequenceEqual(actual), $"{actual.Length} bytes are not the {expected.Length} expected"); // millions, not to be printed

    private static async Task<byte[]> HearChunkedAsync(RawHttpClient client)
    {
        using var body = new MemoryStream();
        int length;
        do
        {
            string size = "";
            while (!size.EndsWith("\r\n", StringComparison.Ordinal))
            {
                size += (char)(await client.HearAsync(1))[0];
            }

            length = int.Parse(size.TrimEnd(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write((await client.HearAsync(length + 2)).AsSpan(0, length));
        }
        while (length > 0);
        return body.ToArray();
    }

    /// <summary>Sockets of the server that some descriptor still holds: what the kernel alone still closes does not count.</summary>
    private static int SocketsOf(int port)
    {
        string local = $"0100007F:{port:X4}";
        string[] held = ["01", "04", "05", "08"]; // established, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT
        return File.ReadLines("/proc/self/net/tcp").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(fields => fields[1] == local && held.Contains(fields[3]) && fields[9] != "0");
    }
}
