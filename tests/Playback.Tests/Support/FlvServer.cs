using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaServer.Hub;
using MediaServer.TestKit;
using MediaServer.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MediaServer.Playback.Tests.Support;

/// <summary>How a <see cref="FlvServer"/> differs from the usual.</summary>
internal sealed record FlvSetup
{
    /// <summary>Whether nothing was published yet; else audio, so that the first video frame completes what a file's header promises.</summary>
    public bool IsFresh { get; init; }

    public bool IsTls { get; init; }

    public bool IsManaged { get; init; }

    /// <summary>Connections that the HTTP server upgrades at once at most.</summary>
    public int? MaxUpgraded { get; init; }

    public HttpProtocols Protocols { get; init; } = HttpProtocols.Http1;

    public HubOptions Hub { get; init; } = new();

    public PlaybackOptions Playback { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A real Kestrel with HTTP-FLV and one stream, whose publisher is the test; at its end, nothing may have leaked, nor anybody complained.</summary>
internal sealed class FlvServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Complaints _complaints = new();

    private FlvServer(FlvSetup setup)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentUpgradedConnections = setup.MaxUpgraded;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = setup.Protocols;
                if (setup.IsTls)
                {
                    listen.UseHttps(Certificate);
                }
            });
        });
        builder.Logging.ClearProviders().AddProvider(_complaints).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(setup.Time);
        builder.Services.AddSingleton(new StreamHub(setup.Hub, setup.Time));
        builder.Services.AddSingleton(_ => new TransportHost(
            new TransportOptions { Loops = 1, ManagedOnly = setup.IsManaged }, Slabs.Pool, setup.Time, NullLogger<TransportHost>.Instance));
        builder.Services.AddPlayback();
        builder.Services.AddSingleton(Options.Create(setup.Playback));
        builder.Services.AddSingleton<IStreamAuthorizer>(Access);
        _application = builder.Build();
        _application.UseHttpFlv();
        _application.Run(context => context.Response.WriteAsync(Other(context.Request.Query["length"])));
        Publisher = new TestPublisher(Hub, Slabs.Pool, setup.Time);
        if (!setup.IsFresh)
        {
            Publisher.PublishAudio();
        }
    }

    public static X509Certificate2 Certificate { get; } = MakeCertificate();

    public LeakCheckingPool Slabs { get; } = new();

    public OpenAccess Access { get; } = new();

    public TestPublisher Publisher { get; }

    public StreamHub Hub => _application.Services.GetRequiredService<StreamHub>();

    public TransportHost Transport => _application.Services.GetRequiredService<TransportHost>();

    public EventLoop Loop => Transport.Loops[0];

    public Uri Address => new(_application.Urls.Single());

    public int Port => Address.Port;

    public int Subscribers => Publisher.Topic.GetStatistics().Subscribers.Values.Sum();

    /// <summary>The tags of all that the test published, on a server that was not fresh.</summary>
    public IReadOnlyList<byte[]> Tags => [.. Publisher.Tags.Skip(1)];

    public static async Task<FlvServer> StartAsync(FlvSetup? setup = null)
    {
        var server = new FlvServer(setup ?? new FlvSetup());
        await server._application.StartAsync();
        return server;
    }

    /// <summary>What any other path answers: so many letters.</summary>
    public static string Other(string? length) => new('o', int.TryParse(length, out int letters) ? letters : 1);

    public async ValueTask DisposeAsync()
    {
        Publisher.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
        Slabs.Dispose();
        Assert.Empty(_complaints.Lines);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Warnings and errors, but for those of the server's own players.</summary>
    private sealed class Complaints : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) =>
            categoryName.StartsWith("MediaServer.Playback", StringComparison.Ordinal) ? NullLogger.Instance : this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Lines.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
