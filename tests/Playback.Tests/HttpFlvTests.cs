using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Text;
using MediaServer.Media;
using MediaServer.Playback.Tests.Support;
using MediaServer.TestKit;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MediaServer.Playback.Tests;

/// <summary>HTTP-FLV as a usual client of HTTP sees it, whichever way it takes.</summary>
public class HttpFlvTests
{
    private readonly ManualTimeProvider _time = new();

    public static TheoryData<bool, HttpProtocols, bool> Ways => new()
    {
        { false, HttpProtocols.Http1, false }, // by a shard
        { false, HttpProtocols.Http1, true },  // the others through the server
        { true, HttpProtocols.Http1, false },
        { true, HttpProtocols.Http2, false },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_player_gets_the_file_to_the_last_byte(bool isTls, HttpProtocols protocols, bool isManaged)
    {
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { IsTls = isTls, Protocols = protocols, IsManaged = isManaged });
        server.Publisher.PublishVideo(isRandomAccess: true);
        using HttpClient client = MakeClient(server, protocols);
        using HttpResponseMessage response = await AskAsync(client);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] header = await ReadHeaderAsync(body);
        for (int i = 0; i < 20; i++)
        {
            server.Publisher.PublishVideo(isRandomAccess: false, lengthBytes: i % 2 == 0 ? 300_000 : 100);
        }

        server.Publisher.EndStream();
        using var rest = new MemoryStream();
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await body.CopyToAsync(rest, late.Token);

        Assert.Equal("video/x-flv", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal([.. "FLV"u8, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0], header);
        Assert.True(rest.ToArray().SequenceEqual(server.Tags.SelectMany(tag => tag)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_player_that_leaves_is_gone_at_once(bool isTls, HttpProtocols protocols, bool isManaged)
    {
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { IsTls = isTls, Protocols = protocols, IsManaged = isManaged });
        server.Publisher.PublishVideo(isRandomAccess: true);
        using HttpClient client = MakeClient(server, protocols);
        using (HttpResponseMessage response = await AskAsync(client))
        {
            await PlaybackServer.UntilAsync(() => server.Subscribers == 1);
        }

        await PlaybackServer.UntilAsync(() => server.Subscribers == 0 && server.Transport.ConnectionCount == 0); // nothing was published
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_player_that_takes_nothing_is_cut_off(bool isTls, HttpProtocols protocols, bool isManaged)
    {
        await using FlvServer server = await FlvServer.StartAsync(
            new FlvSetup { IsTls = isTls, Protocols = protocols, IsManaged = isManaged, Time = _time });
        server.Publisher.PublishVideo(isRandomAccess: true);
        using HttpClient client = MakeClient(server, protocols);
        using HttpResponseMessage response = await AskAsync(client);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        for (int i = 0; i < 150; i++)
        {
            server.Publisher.PublishVideo(isRandomAccess: true, lengthBytes: 100_000); // more than all buffers between here and there
        }

        await PlaybackServer.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return server.Subscribers == 0;
        });

        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, late.Token)); // not ended as if all had been sent
    }

    [Theory]
    [InlineData("", HttpStatusCode.Forbidden)]
    [InlineData("?key=wrong", HttpStatusCode.Forbidden)]
    [InlineData("?key=right", HttpStatusCode.OK)]
    public async Task A_stream_with_a_key_is_for_those_who_have_it(string query, HttpStatusCode expected)
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Access.Key = "right";
        server.Publisher.PublishVideo(isRandomAccess: true);
        using HttpClient client = MakeClient(server);

        using HttpResponseMessage response = await AskAsync(client, query);

        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.Forbidden)
        {
            Assert.Equal("a key is needed\n", await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("", "video, audio")]
    [InlineData("?tracks=all", "video, audio, video 1, audio 1")]
    [InlineData("?metadata=1", "video metadata, video, audio")]
    [InlineData("?tracks=all&metadata=1", "video metadata, video, audio, video 1, audio 1, audio 1 metadata")]
    public async Task A_player_gets_the_first_tracks_and_media_alone_unless_it_asks_for_more(string query, string expected)
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true);
        using HttpClient client = MakeClient(server);
        using HttpResponseMessage response = await AskAsync(client, query);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] header = await ReadHeaderAsync(body);

        foreach (string name in new[] { "video metadata", "video", "audio", "video 1", "audio 1", "audio 1 metadata" })
        {
            server.Publisher.PublishNamed(name);
        }

        server.Publisher.EndStream();
        Assert.Equal(expected, string.Join(", ", await ReadNamesAsync(header, body)));
    }

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 1)]
    public async Task The_header_promises_only_what_has_come_within_a_second(bool isVideo, int flags)
    {
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { IsFresh = true, Time = _time });
        if (isVideo)
        {
            server.Publisher.PublishVideo(isRandomAccess: true);
        }
        else
        {
            server.Publisher.PublishAudio();
        }

        byte[] header = await AwaitHeaderAsync(server);

        Assert.Equal(flags, header[4]);
        Assert.Equal(TimeSpan.FromSeconds(1), _time.Elapsed);
    }

    [Fact]
    public async Task The_header_waits_no_longer_than_until_both_have_come()
    {
        await using FlvServer server = await FlvServer.StartAsync(new FlvSetup { Time = _time });
        byte[] header = await AwaitHeaderAsync(server, () =>
        {
            if (_time.Elapsed == TimeSpan.FromMilliseconds(200))
            {
                server.Publisher.PublishVideo(isRandomAccess: true);
            }
        });

        Assert.Equal(5, header[4]);
        Assert.InRange(_time.Elapsed, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(240));
    }

    private static HttpClient MakeClient(FlvServer server, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var handler = new SocketsHttpHandler
        {
            InitialHttp2StreamWindowSize = 65_535,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => FlvServer.Certificate.Equals(certificate),
            },
        };
        return new HttpClient(handler)
        {
            BaseAddress = server.Address,
            DefaultRequestVersion = protocols == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string query = "") =>
        client.GetAsync(new Uri($"/live/show.flv{query}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

    private static async Task<byte[]> ReadHeaderAsync(Stream body)
    {
        byte[] header = new byte[FlvWriter.HeaderBytes];
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await body.ReadExactlyAsync(header, late.Token);
        return header;
    }

    private static async Task<IEnumerable<string>> ReadNamesAsync(byte[] header, Stream body)
    {
        using var file = new MemoryStream();
        file.Write(header);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await body.CopyToAsync(file, late.Token);
        var rest = new ReadOnlySequence<byte>(file.ToArray());
        var reader = new FlvReader();
        var names = new List<string>();
        while (reader.Read(ref rest, out FlvTag tag) == OperationStatus.Done)
        {
            names.Add(Encoding.ASCII.GetString(tag.Body.ToArray()));
        }

        return names.Where(name => name.Contains("video", StringComparison.Ordinal) || name.Contains("audio", StringComparison.Ordinal));
    }

    /// <summary>Reads the header, and lets time go by while the server waits.</summary>
    private async Task<byte[]> AwaitHeaderAsync(FlvServer server, Action? meanwhile = null)
    {
        using HttpClient client = MakeClient(server);
        Task<byte[]> read = Task.Run(async () =>
        {
            using HttpResponseMessage response = await AskAsync(client);
            await using Stream body = await response.Content.ReadAsStreamAsync();
            return await ReadHeaderAsync(body);
        });
        await PlaybackServer.UntilAsync(() =>
        {
            if (_time.ArmedTimers > 0 && server.Transport.ConnectionCount == 0) // the player is not there yet
            {
                _time.Advance(TimeSpan.FromMilliseconds(20));
                meanwhile?.Invoke();
            }

            return read.IsCompleted;
        });
        return await read;
    }
}
