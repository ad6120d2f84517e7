using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Playback.Tests.Support;
using MediaServer.TestKit;
using MediaServer.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Playback.Tests;

public sealed class HttpFlvTests : IDisposable
{
    private readonly LeakCheckingPool _slabs = new();
    private readonly ManualTimeProvider _time = new();
    private readonly OpenAccess _access = new();

    public void Dispose() => _slabs.Dispose();

    [Fact]
    public async Task A_player_that_takes_nothing_is_cut_off()
    {
        await using WebApplication application = await StartAsync();
        using Publication publication = Publish(application);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
        await AskAsync(application, socket);
        for (int i = 0; i < 100; i++)
        {
            PublishFrame(publication, MediaKind.Video, 100_000); // more than all buffers between here and there
        }

        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (publication.Topic.GetStatistics().Subscribers.Count > 0)
        {
            late.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        await Assert.ThrowsAsync<SocketException>(() => ReadToEndAsync(socket)); // reset, and not ended as if all had been sent
    }

    [Theory]
    [InlineData("", HttpStatusCode.Forbidden)]
    [InlineData("?key=wrong", HttpStatusCode.Forbidden)]
    [InlineData("?key=right", HttpStatusCode.OK)]
    public async Task A_stream_with_a_key_is_for_those_who_have_it(string query, HttpStatusCode expected)
    {
        _access.Key = "right";
        await using WebApplication application = await StartAsync();
        using Publication publication = Publish(application);
        using var client = new HttpClient { BaseAddress = new Uri(AddressOf(application)) };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/live/show.flv{query}", UriKind.Relative));

        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

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
        await using WebApplication application = await StartAsync();
        using Publication publication = Publish(application);
        using HttpResponseMessage response = await PlayAsync(application, query);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] header = await ReadHeaderAsync(body);

        foreach (string name in new[] { "video metadata", "video", "audio", "video 1", "audio 1", "audio 1 metadata" })
        {
            PublishNamed(publication, name);
        }

        publication.Dispose();
        Assert.Equal(5, header[4]); // audio and video
        Assert.Equal(expected, string.Join(", ", await ReadNamesAsync(header, body)));
    }

    [Theory]
    [InlineData(MediaKind.Audio, 4)]
    [InlineData(MediaKind.Video, 1)]
    public async Task The_header_promises_only_what_has_come_within_a_second(MediaKind kind, int flags)
    {
        await using WebApplication application = await StartAsync();
        using Publication publication = Start(application);
        PublishFrame(publication, kind, 1000);

        byte[] header = await ReadHeaderAsync(application);

        Assert.Equal(flags, header[4]);
        Assert.Equal(TimeSpan.FromSeconds(1), _time.Elapsed);
    }

    [Fact]
    public async Task The_header_waits_no_longer_than_until_both_have_come()
    {
        await using WebApplication application = await StartAsync();
        using Publication publication = Start(application);
        PublishFrame(publication, MediaKind.Audio, 1000);
        Task<byte[]> header = ReadHeaderAsync(application, () =>
        {
            if (_time.Elapsed == TimeSpan.FromMilliseconds(200))
            {
                PublishFrame(publication, MediaKind.Video, 1000);
            }
        });

        Assert.Equal(5, (await header)[4]);
        Assert.InRange(_time.Elapsed, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(240));
    }

    private static string AddressOf(WebApplication application) =>
        application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    private static async Task AskAsync(WebApplication application, Socket socket)
    {
        await socket.ConnectAsync("127.0.0.1", new Uri(AddressOf(application)).Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /live/show.flv HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        Assert.NotEqual(0, await socket.ReceiveAsync(new byte[16]));
    }

    private static async Task ReadToEndAsync(Socket socket)
    {
        byte[] rest = new byte[64 * 1024];
        while (await socket.ReceiveAsync(rest) > 0)
        {
        }
    }

    private async Task<WebApplication> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddSingleton(_ => new TransportHost(
            new TransportOptions { Loops = 1 }, _slabs.Pool, _time, NullLogger<TransportHost>.Instance));
        builder.Services.AddStreamHub();
        builder.Services.AddPlayback();
        builder.Services.AddSingleton<IStreamAuthorizer>(_access);
        WebApplication application = builder.Build();
        application.UseHttpFlv();
        await application.StartAsync();
        return application;
    }

    private static async Task<HttpResponseMessage> PlayAsync(WebApplication application, string query)
    {
        using var client = new HttpClient();
        return await client.GetAsync(new Uri($"{AddressOf(application)}/live/show.flv{query}"), HttpCompletionOption.ResponseHeadersRead);
    }

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

        return names.Where(name => name[0] != 0);
    }

    private static Publication Start(WebApplication application)
    {
        Assert.True(StreamKey.TryParse("live/show", out StreamKey key, out _));
        return application.Services.GetRequiredService<StreamHub>().TryPublish(key, out _)!;
    }

    /// <summary>Reads the header, and lets time go by while the server waits.</summary>
    private async Task<byte[]> ReadHeaderAsync(WebApplication application, Action? meanwhile = null)
    {
        Task<byte[]> read = Task.Run(async () =>
        {
            using HttpResponseMessage response = await PlayAsync(application, "");
            await using Stream body = await response.Content.ReadAsStreamAsync();
            return await ReadHeaderAsync(body);
        });
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!read.IsCompleted)
        {
            late.Token.ThrowIfCancellationRequested();
            if (_time.ArmedTimers > 0 && application.Services.GetRequiredService<TransportHost>().ConnectionCount == 0) // it waits
            {
                _time.Advance(TimeSpan.FromMilliseconds(20));
                meanwhile?.Invoke();
            }

            await Task.Yield();
        }

        return await read;
    }

    private static void PublishNamed(Publication publication, string name)
    {
        var info = new FrameInfo
        {
            Kind = name.StartsWith("video", StringComparison.Ordinal) ? MediaKind.Video : MediaKind.Audio,
            TrackId = (byte)(name.Contains('1', StringComparison.Ordinal) ? 1 : 0),
            Traits = name.Contains("metadata", StringComparison.Ordinal) ? FrameTraits.TrackMetadata : FrameTraits.RandomAccess,
        };
        publication.Publish(MediaFrame.CreateOwned(info, Encoding.ASCII.GetBytes(name)));
    }

    private Publication Publish(WebApplication application)
    {
        Publication publication = Start(application);
        PublishFrame(publication, MediaKind.Audio, 100); // both are there: the header is not waited with
        PublishFrame(publication, MediaKind.Video, 1000);
        return publication;
    }

    private void PublishFrame(Publication publication, MediaKind kind, int lengthBytes)
    {
        using var received = new SlabSequence(_slabs.Pool, new byte[lengthBytes]);
        using var payload = new PayloadBuilder(_slabs.Pool);
        payload.Append(received.Sequence);
        var info = new FrameInfo
        {
            Kind = kind,
            Codec = kind == MediaKind.Video ? MediaCodec.Avc : MediaCodec.Aac,
            ReceivedAt = _time.GetTimestamp(),
            Traits = kind == MediaKind.Video ? FrameTraits.RandomAccess : FrameTraits.None,
        };
        publication.Publish(MediaFrame.Create(info, payload));
    }
}
