using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Text;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Playback.Tests.Support;
using MediaServer.TestKit;
using MediaServer.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Playback.Tests;

public class WebSocketFlvTests
{
    private const string Handshake =
        "GET /live/show.flv HTTP/1.1|Host: localhost|Connection: keep-alive, Upgrade|Upgrade: websocket|"
        + "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==||"; // the key of RFC 6455 §1.3

    private static readonly HttpMessageInvoker Invoker = new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) => FlvServer.Certificate.Equals(certificate),
        },
    });

    private static readonly byte[] FileHeader = [.. "FLV"u8, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0];

    public static TheoryData<bool, HttpProtocols, bool> Ways => new()
    {
        { false, HttpProtocols.Http1, false }, // by a shard
        { false, HttpProtocols.Http1, true },  // the others through the server
        { true, HttpProtocols.Http1, false },
        { true, HttpProtocols.Http2, false },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_player_gets_the_header_and_every_tag_in_a_message_each_and_then_a_goodbye(bool isTls, HttpProtocols protocols, bool isManaged)
    {
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { IsTls = isTls, Protocols = protocols, IsManaged = isManaged });
        server.Publisher.PublishVideo(isRandomAccess: true);
        using ClientWebSocket player = await PlayAsync(server, isTls, protocols);
        Assert.Equal(FileHeader, await ReceiveAsync(player));
        for (int i = 0; i < 20; i++)
        {
            server.Publisher.PublishVideo(isRandomAccess: false, lengthBytes: (i % 3) switch { 0 => 60, 1 => 10_000, _ => 300_000 });
        }

        server.Publisher.EndStream();

        foreach (byte[] tag in server.Tags)
        {
            byte[] message = await ReceiveAsync(player);
            Assert.True(tag.AsSpan().SequenceEqual(message));
        }

        Assert.Empty(await ReceiveAsync(player));
        Assert.Equal(WebSocketCloseStatus.NormalClosure, player.CloseStatus);
        Assert.Equal("the stream is over", player.CloseStatusDescription);
        Assert.Equal(isManaged || isTls, server.Transport.Loops.OfType<ShardLoop>().Sum(shard => shard.BytesSent) == 0);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_player_may_ping_talk_and_say_goodbye(bool isTls, HttpProtocols protocols, bool isManaged)
    {
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { IsTls = isTls, Protocols = protocols, IsManaged = isManaged });
        server.Publisher.PublishVideo(isRandomAccess: true);
        using ClientWebSocket player = await PlayAsync(server, isTls, protocols, pingEvery: TimeSpan.FromMilliseconds(20));
        Assert.Equal(FileHeader, await ReceiveAsync(player));
        Assert.Equal(server.Tags[0], await ReceiveAsync(player));
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await player.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, endOfMessage: false, late.Token);
        await player.SendAsync(new byte[5000], WebSocketMessageType.Text, endOfMessage: true, late.Token);
        await player.SendAsync(new byte[60_000], WebSocketMessageType.Binary, endOfMessage: true, late.Token);

        server.Publisher.PublishVideo(isRandomAccess: false);
        Assert.Equal(server.Tags[1], await ReceiveAsync(player));
        await player.CloseAsync((WebSocketCloseStatus)3001, "enough", late.Token);

        Assert.Equal((WebSocketCloseStatus)3001, player.CloseStatus);
        await PlaybackServer.UntilAsync(() => server.Subscribers == 0 && server.Transport.ConnectionCount == 0);
    }

    [Fact]
    public async Task Hundreds_that_start_at_once_while_media_flows_all_get_the_head_before_it()
    {
        const int Players = 300;
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
            using RawHttpClient player = RawHttpClient.Ask(server.Port, Handshake);
            string[] head = await player.HearHeadAsync();
            Assert.Equal("HTTP/1.1 101 Switching Protocols", head[0]);
            Assert.Contains("Upgrade: websocket", head);
            Assert.Contains("Connection: Upgrade", head);
            Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head); // RFC 6455 §1.3
            byte[] messages = await player.HearAsync(2 + FileHeader.Length + 4 + 11 + 1000 + 4 + 2);
            Assert.Equal([0x82, 13, .. FileHeader, 0x82, 126, 1015 >> 8, 1015 & 0xFF, 9], messages[..(2 + FileHeader.Length + 5)]);
            Assert.Equal([0x82, 126], messages[^2..]);
        })));

        await flows.CancelAsync();
        await publishing;
    }

    [Theory]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "426 Upgrade Required", "Sec-WebSocket-Version: 13")]
    [InlineData("Sec-WebSocket-Version: 13", "X: y", "426 Upgrade Required", "Upgrade: websocket")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j", "400 Bad Request", "Access-Control-Allow-Origin: *")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZWE=", "400 Bad Request", "Access-Control-Allow-Origin: *")]
    [InlineData("Sec-WebSocket-Key", "X-Key", "400 Bad Request", "Access-Control-Allow-Origin: *")]
    [InlineData("keep-alive, Upgrade", "keep-alive", "400 Bad Request", "Access-Control-Allow-Origin: *")]
    [InlineData("HTTP/1.1", "HTTP/1.0", "400 Bad Request", "Access-Control-Allow-Origin: *")]
    [InlineData("/live/show.flv", "/live/nobody.flv", "404 Not Found", "Access-Control-Allow-Origin: *")]
    [InlineData("/live/show.flv", "/live/show.flv?policy=block", "400 Bad Request", "Access-Control-Allow-Origin: *")]
    public async Task A_handshake_that_is_none_is_refused(string part, string instead, string status, string field)
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true);
        using RawHttpClient client = RawHttpClient.Ask(server.Port, Handshake.Replace(part, instead, StringComparison.Ordinal));

        string[] head = await client.HearHeadAsync();
        Assert.Equal($"HTTP/1.1 {status}", head[0]);
        Assert.Contains(field, head);
        Assert.Equal(0, server.Subscribers);
    }

    [Theory]
    [InlineData(false, "Content-Length: 5||hello")]
    [InlineData(false, "Transfer-Encoding: chunked||5|hello|0||")]
    [InlineData(true, "Content-Length: 5||hello")] // where the server would upgrade
    [InlineData(true, "Transfer-Encoding: chunked||5|hello|0||")]
    public async Task A_handshake_with_a_body_is_refused(bool isManaged, string body)
    {
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { IsManaged = isManaged });
        server.Publisher.PublishVideo(isRandomAccess: true);
        using RawHttpClient client = RawHttpClient.Ask(server.Port, Handshake[..^1] + body);

        Assert.Equal("HTTP/1.1 400 Bad Request", (await client.HearHeadAsync())[0]);
        Assert.Equal(0, server.Subscribers);
    }

    [Fact]
    public async Task Who_comes_when_the_server_has_upgraded_all_it_may_is_told_so()
    {
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { IsManaged = true, MaxUpgraded = 2 });
        server.Publisher.PublishVideo(isRandomAccess: true);
        using RawHttpClient first = RawHttpClient.Ask(server.Port, Handshake);
        using RawHttpClient second = RawHttpClient.Ask(server.Port, Handshake);
        Assert.Equal("HTTP/1.1 101 Switching Protocols", (await first.HearHeadAsync())[0]);
        Assert.Equal("HTTP/1.1 101 Switching Protocols", (await second.HearHeadAsync())[0]);

        using RawHttpClient third = RawHttpClient.Ask(server.Port, Handshake);
        string[] head = await third.HearHeadAsync();
        Assert.Equal("HTTP/1.1 503 Service Unavailable", head[0]);
        Assert.DoesNotContain(head, line => line.Contains("Upgrade", StringComparison.OrdinalIgnoreCase)
            || line.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(2, server.Subscribers);
    }

    [Fact]
    public async Task What_the_player_says_before_it_is_answered_is_heard_and_what_breaks_the_rules_ends_it()
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true, lengthBytes: 100);
        using RawHttpClient player = RawHttpClient.Ask(server.Port, "");
        player.Say([.. Encoding.ASCII.GetBytes(Handshake.Replace("|", "\r\n", StringComparison.Ordinal)), .. Wire.Hex("89 81 37FA213D 00")]);
        await player.HearHeadAsync();
        var heard = new List<byte>();
        while (!heard.TakeLast(3).SequenceEqual(Wire.Hex("8A 01 37"))) // the pong, among messages
        {
            heard.AddRange(await player.HearAsync(1));
        }

        player.Say(Wire.Hex("82 05 0000000000")); // without a mask
        byte[] rest = await player.HearToEndAsync();

        Assert.Equal(Wire.Hex("88 02 03EA"), rest[^4..]);
        await PlaybackServer.UntilAsync(() => server.Subscribers == 0);
    }

    [Fact]
    public async Task A_player_that_stood_still_for_too_long_is_told_when_it_comes_back()
    {
        var time = new ManualTimeProvider();
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { Time = time });
        server.Publisher.PublishVideo(isRandomAccess: true);
        using RawHttpClient player = RawHttpClient.Ask(server.Port, Handshake, receiveBufferBytes: 4096);
        await player.HearHeadAsync();
        for (int i = 0; i < 10; i++)
        {
            server.Publisher.PublishVideo(isRandomAccess: false, lengthBytes: 1_000_000); // more than all buffers
        }

        while (await server.Loop.RunAsync(() => server.Publisher.Topic.GetSubscribers()[0].InFlight) == 0)
        {
            await Task.Yield(); // until its socket is full
        }

        time.Advance(TimeSpan.FromSeconds(31)); // the server gives it 2 s to be told
        await server.Loop.RunAsync(() => true);
        byte[] heard = await player.HearToEndAsync();

        byte[] reason = Encoding.ASCII.GetBytes("too slow for this stream");
        Assert.Equal([0x88, (byte)(2 + reason.Length), 0x03, 0xF5, .. reason], heard[^(4 + reason.Length)..]); // 1013
    }

    [Fact]
    public async Task What_else_the_loop_has_to_do_goes_on_between_the_messages_of_a_player_that_never_pauses()
    {
        const int Messages = 20;
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { IsManaged = true });
        var said = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        for (int i = 0; i < Messages; i++)
        {
            said.Writer.Write([.. Wire.Hex("82 FE 3FF8 00000000"), .. new byte[0x3FF8]]); // 16 KiB
        }

        said.Writer.Write(Wire.Hex("88 80 00000000"));
        await said.Writer.CompleteAsync();
        TransportConnection connection = server.Transport.Adopt(
            new ExchangeStream(null, Stream.Null, CancellationToken.None), new IPEndPoint(IPAddress.Loopback, 1));

        int turns = await CountTurnsAsync(connection, server.Publisher.Topic, said.Reader);

        Assert.InRange(turns, Messages, 2 * Messages);
    }

    /// <summary>Has a player listen.</summary>
    /// <returns>How often its loop came to something else meanwhile.</returns>
    private static async Task<int> CountTurnsAsync(TransportConnection connection, StreamTopic topic, PipeReader input)
    {
        int turns = 0;
        var options = new SubscriptionOptions { Kind = PlayerKind.WebSocketFlv };
        await connection.Loop.SwitchTo();
        TopicWalk walk = new TopicWalks(FrameEnvelope.WebSocketFlv, default, TimeProvider.System).Get(connection.Loop, topic);
        using (var player = new WebSocketPlayer(walk, connection, options, TimeSpan.FromSeconds(30), NullLogger.Instance))
        {
            Task listening = player.ListenAsync(input);
            for (; !listening.IsCompleted; turns++)
            {
                await connection.Loop.Yield();
            }

            connection.Abort();
            await connection.Closed;
            await connection.Loop.SwitchTo();
        }

        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return turns;
    }

    private static async Task<ClientWebSocket> PlayAsync(FlvServer server, bool isTls, HttpProtocols protocols, TimeSpan pingEvery = default)
    {
        var player = new ClientWebSocket();
        player.Options.HttpVersion = protocols == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        player.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        player.Options.KeepAliveInterval = pingEvery;
        player.Options.KeepAliveTimeout = pingEvery == default ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(20);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await player.ConnectAsync(new Uri($"{(isTls ? "wss" : "ws")}://localhost:{server.Port}/live/show.flv"), Invoker, late.Token);
        return player;
    }

    /// <summary>The next message; empty when it is the goodbye.</summary>
    private static async Task<byte[]> ReceiveAsync(ClientWebSocket player)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var message = new MemoryStream();
        byte[] room = new byte[16 * 1024];
        WebSocketReceiveResult received;
        do
        {
            received = await player.ReceiveAsync(room, late.Token);
            message.Write(room, 0, received.Count);
        }
        while (!received.EndOfMessage);
        Assert.NotEqual(WebSocketMessageType.Text, received.MessageType);
        return message.ToArray();
    }
}
