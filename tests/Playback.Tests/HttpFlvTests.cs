using System.Net;
using System.Net.Sockets;
using System.Text;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Playback.Tests.Support;
using MediaServer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
        builder.Services.AddStreamHub();
        builder.Services.AddPlayback();
        builder.Services.AddSingleton<IStreamAuthorizer>(_access);
        WebApplication application = builder.Build();
        application.UseHttpFlv();
        await application.StartAsync();
        return application;
    }

    private Publication Publish(WebApplication application)
    {
        Assert.True(StreamKey.TryParse("live/show", out StreamKey key, out _));
        Publication publication = application.Services.GetRequiredService<StreamHub>().TryPublish(key, out _)!;
        PublishFrame(publication, MediaKind.Audio, 100); // both are there: the header is not waited with
        PublishFrame(publication, MediaKind.Video, 1000);
        return publication;
    }

    private void PublishFrame(Publication publication, MediaKind kind, int lengthBytes)
    {
        using var received = new SlabSequence(_slabs.Pool, new byte[lengthBytes]);
        using var payload = new PayloadBuilder(_slabs.Pool);
        using var frames = new FrameFactory(_slabs.Pool);
        payload.Append(received.Sequence);
        var info = new FrameInfo
        {
            Kind = kind,
            Codec = kind == MediaKind.Video ? MediaCodec.Avc : MediaCodec.Aac,
            ReceivedAt = _time.GetTimestamp(),
            Traits = kind == MediaKind.Video ? FrameTraits.RandomAccess : FrameTraits.None,
        };
        publication.Publish(frames.Create(info, payload));
    }
}
