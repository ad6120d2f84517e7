using System.Net.Sockets;
using System.Text;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MediaServer.Hls.Tests;

/// <summary>The hub, HLS and Kestrel on a free port of the loopback, with time that stands still.</summary>
internal sealed class HlsHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly FlvPublisher _publisher;
    private readonly LeakCheckingPool _pool = new();

    private HlsHost(WebApplication application)
    {
        _application = application;
        _publisher = new FlvPublisher(_pool.Pool);
        string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client = new HttpClient { BaseAddress = new Uri(address) };
        Hub = application.Services.GetRequiredService<StreamHub>();
    }

    public HttpClient Client { get; }

    public StreamHub Hub { get; }

    public ManualTimeProvider Time => (ManualTimeProvider)_application.Services.GetRequiredService<TimeProvider>();

    public static async Task<HlsHost> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(new ManualTimeProvider());
        builder.Services.AddStreamHub();
        builder.Services.Configure<HubOptions>(options => (options.LagFrames, options.BudgetFrames) = (60_000, 100_000)); // files come at once
        builder.Services.AddHls();
        builder.Services.AddSingleton<IStreamAuthorizer, KeylessAccess>();
        WebApplication application = builder.Build();
        application.MapGet("/console.mp4", () => "not HLS");
        application.MapHls();
        await application.StartAsync();
        return new HlsHost(application);
    }

    public Publication Publish(string name)
    {
        Publication? publication = Hub.TryPublish(StreamRun.KeyOf(name), out PublishRefusal refusal);
        Assert.True(publication is not null, refusal.ToString());
        return publication;
    }

    public void Send(Publication publication, string sample)
    {
        foreach (MediaFrame frame in _publisher.Read(FlvPublisher.Sample(sample)))
        {
            publication.Publish(frame);
        }
    }

    /// <summary>Publishes a whole file and waits until its last segment is there.</summary>
    public async Task<string> PublishToEndAsync(string name, string sample)
    {
        using (Publication publication = Publish(name))
        {
            Send(publication, sample);
        }

        string multivariant = await Client.GetStringAsync(new Uri($"/{name}/index.m3u8", UriKind.Relative));
        string playlist = multivariant.TrimEnd('\n').Split('\n')[^1];
        await UntilAsync(async () =>
            (await Client.GetStringAsync(new Uri($"/{name}/{playlist}", UriKind.Relative))).Contains("#EXT-X-ENDLIST", StringComparison.Ordinal));
        return playlist.Split('/')[0];
    }

    /// <summary>Asks until it is so: what is waited for happens on other threads.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await isSo())
        {
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Sends a request as it stands, since clients tidy paths up.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Client.BaseAddress!.Host, Client.BaseAddress.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(socket.GetStream());
        return await reader.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
        _publisher.Dispose();
        _pool.Dispose();
    }
}
