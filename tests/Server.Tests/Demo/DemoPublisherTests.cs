using System.Net;
using System.Net.Sockets;
using MediaServer.Media;
using MediaServer.Server.Demo;
using MediaServer.Server.Options;
using MediaServer.TestKit;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Server.Tests.Demo;

public sealed class DemoPublisherTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly DemoPublisher _publisher;

    public DemoPublisherTests()
    {
        _server.Start();
        _publisher = new DemoPublisher(
            Microsoft.Extensions.Options.Options.Create(new DemoOptions { Enabled = true }),
            () => ((IPEndPoint)_server.LocalEndpoint).Port,
            new SlabPool(),
            _time,
            _lifetime,
            NullLogger<DemoPublisher>.Instance);
    }

    public void Dispose()
    {
        _publisher.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task It_comes_back_after_pauses_that_double_up_to_half_a_minute()
    {
        await _publisher.StartAsync(CancellationToken.None);
        _lifetime.NotifyStarted();
        foreach (int seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            (await AcceptAsync()).Dispose();
            await ArmedAsync();
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.Equal(1, _time.ArmedTimers);
            Assert.False(_server.Pending());
            _time.Advance(TimeSpan.FromTicks(1));
        }

        (await AcceptAsync()).Dispose();
        await _publisher.StopAsync(CancellationToken.None).WaitAsync(Patience);
    }

    [Fact]
    public async Task It_waits_until_the_server_has_started()
    {
        await _publisher.StartAsync(CancellationToken.None);
        Assert.False(_server.Pending());

        _lifetime.NotifyStarted();

        (await AcceptAsync()).Dispose();
        await _publisher.StopAsync(CancellationToken.None).WaitAsync(Patience);
    }

    private async Task<Socket> AcceptAsync() => await _server.AcceptSocketAsync().WaitAsync(Patience);

    private async Task ArmedAsync()
    {
        long limit = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (_time.ArmedTimers == 0)
        {
            Assert.True(Environment.TickCount64 < limit, "It does not wait for its next attempt.");
            await Task.Yield();
        }
    }
}
