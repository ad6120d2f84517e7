using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;
using MediaServer.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MediaServer.Ingest.Tests;

public sealed class RtmpEndpointTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly LeakCheckingPool _slabs = new();
    private readonly ManualTimeProvider _time = new();
    private readonly UnluckyTimeProvider _unlucky;
    private readonly ListLogger _log = new();
    private readonly IngestCounters _counters = new();
    private readonly IngestOptions _options = new() { Port = 0, MaxConnections = 4 };
    private readonly StreamHub _hub;
    private readonly TransportHost _transport;
    private readonly RtmpEndpoint _endpoint;
    private Func<RtmpServerSession, IDisposable?> _play = _ => null;
    private ArrayBufferWriter<byte> _output = new(); // of the client opened last

    public RtmpEndpointTests()
    {
        _unlucky = new UnluckyTimeProvider(_time);
        _hub = new StreamHub(new HubOptions(), _time);
        _transport = new TransportHost(new TransportOptions { Loops = 1 }, _slabs.Pool, _time, NullLogger<TransportHost>.Instance);
        _endpoint = new RtmpEndpoint(
            Options.Create(_options),
            _hub,
            _slabs.Pool,
            _transport,
            (_, _, session) => _play(session),
            _counters,
            _unlucky,
            _log);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Task stopping = _endpoint.StopAsync(CancellationToken.None);
        await _transport.DisposeAsync();
        await stopping;
    }

    public void Dispose()
    {
        _endpoint.Dispose();
        _slabs.Dispose();
    }

    [Fact]
    public async Task A_connection_that_asks_for_nothing_is_closed_in_time_however_many_bytes_it_sends()
    {
        await _endpoint.StartAsync(CancellationToken.None);
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(new byte[] { 3 });
        await AcceptedAsync(1);

        for (int second = 0; second < 9; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await socket.SendAsync(new byte[] { 0 }); // a byte a second does not renew the limit
        }

        Assert.Equal(1, _counters.Connections);
        _time.Advance(TimeSpan.FromSeconds(1));

        await ClosedAsync(socket);
    }

    [Fact]
    public async Task A_publisher_that_falls_silent_is_closed_and_its_name_is_free()
    {
        await _endpoint.StartAsync(CancellationToken.None);
        using Socket socket = await ConnectAsync();
        using RtmpClientSession session = await PublishAsync(socket, "show");
        Assert.Equal(RtmpSessionState.Publishing, session.State);
        Assert.Single(_hub.Topics);

        _time.Advance(_options.PublisherIdleTimeout);

        await ClosedAsync(socket);
        await UntilAsync(() => _hub.Topics.Count == 0);
    }

    [Theory]
    [InlineData("02" + "000000" + "000004" + "01" + "00000000" + "00000000")]           // a chunk size of 0
    [InlineData("C7")]                                                                    // a chunk stream that begins with nothing
    [InlineData("06" + "000000" + "FFFFFF" + "09" + "01000000" + "27010000000000000141")] // a message beyond all limits
    public async Task A_publisher_that_breaks_the_protocol_is_closed_counted_and_leaves_nothing_behind(string bytes)
    {
        await _endpoint.StartAsync(CancellationToken.None);
        using Socket socket = await ConnectAsync();
        using RtmpClientSession session = await PublishAsync(socket, "show");

        await socket.SendAsync(Wire.Hex(bytes));

        await ClosedAsync(socket);
        Assert.Empty(_hub.Topics);
        Assert.Equal(1, Enum.GetValues<CloseReason>().Sum(_counters.ProtocolFaults));
    }

    [Fact]
    public async Task A_publisher_that_breaks_the_protocol_leaves_no_slab_behind()
    {
        await _endpoint.StartAsync(CancellationToken.None);
        using Socket socket = await ConnectAsync();
        using RtmpClientSession session = await PublishAsync(socket, "show");

        await socket.SendAsync(new byte[] { 0x47 }); // a header that refers to one that never was
        await ClosedAsync(socket);

        Assert.Equal(1, _counters.ProtocolFaults(CloseReason.ChunkWithoutHeader));
        Assert.Equal(0, _slabs.Outstanding);
    }

    [Fact]
    public async Task A_player_that_stopped_and_asks_for_nothing_more_is_closed_in_time()
    {
        var player = new Player();
        _play = session =>
        {
            session.AcceptPlay();
            return player;
        };
        await _endpoint.StartAsync(CancellationToken.None);
        using Socket socket = await ConnectAsync();
        using RtmpClientSession session = await OpenAsync(socket, "show", RtmpClientRole.Play);
        _time.Advance(_options.ConnectTimeout); // it plays: that is no silence
        await ArmedAsync(0);

        session.Stop();
        await socket.SendAsync(_output.WrittenMemory);
        await player.Ended.WaitAsync(Limit);
        await ArmedAsync(1);
        _time.Advance(_options.ConnectTimeout);

        await ClosedAsync(socket);
    }

    [Fact]
    public async Task A_second_publisher_of_a_name_is_refused_and_the_first_goes_on()
    {
        await _endpoint.StartAsync(CancellationToken.None);
        using Socket first = await ConnectAsync();
        using RtmpClientSession publishing = await PublishAsync(first, "show");
        using Socket second = await ConnectAsync();

        RtmpProtocolException refused = await Assert.ThrowsAsync<RtmpProtocolException>(() => PublishAsync(second, "show"));

        Assert.Equal(CloseReason.RefusedByServer, refused.Reason);
        Assert.Contains("BadName", refused.Message, StringComparison.Ordinal);
        await ClosedAsync(second);
        Assert.Single(_hub.Topics);
    }

    [Theory]
    [InlineData("../etc")]
    [InlineData(".hidden")]
    [InlineData("a%2Fb")]
    public async Task A_name_that_is_none_is_refused_with_a_status(string name)
    {
        await _endpoint.StartAsync(CancellationToken.None);
        using Socket socket = await ConnectAsync();

        RtmpProtocolException refused = await Assert.ThrowsAsync<RtmpProtocolException>(() => PublishAsync(socket, name));

        Assert.Contains("Rejected", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_hub.Topics);
    }

    [Theory]
    [InlineData("show:secret")]
    [InlineData("show%3Fkey=secret")]
    [InlineData("show&key=secret")]
    public async Task What_is_refused_is_logged_as_far_as_it_is_a_name(string name)
    {
        await _endpoint.StartAsync(CancellationToken.None);
        using Socket socket = await ConnectAsync();
        await Assert.ThrowsAsync<RtmpProtocolException>(() => PublishAsync(socket, name));
        using Socket other = await ConnectAsync();
        await Assert.ThrowsAsync<RtmpProtocolException>(() => PublishAsync(other, new string('a', 9000)));

        string[] lines = [.. _log.Lines.Where(line => line.Contains("may not publish", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);
        Assert.Contains("live/show…", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", lines[0], StringComparison.Ordinal); // who mistypes a name may have put the key into it
        Assert.InRange(lines[1].Length, 1, 500); // thousands of lines wait for a slow terminal: none may be long
    }

    [Fact]
    public async Task A_connection_that_cannot_be_set_up_costs_itself_alone()
    {
        await _endpoint.StartAsync(CancellationToken.None);
        _unlucky.FailsNext = true;
        await ConnectAndBeClosedAsync();

        using Socket next = await ConnectAsync();
        using RtmpClientSession session = await PublishAsync(next, "show");

        Assert.Equal(RtmpSessionState.Publishing, session.State);
        Assert.Equal(1, _counters.Connections);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_at_once()
    {
        await _endpoint.StartAsync(CancellationToken.None);
        var open = new List<Socket>();
        for (int i = 0; i < _options.MaxConnections; i++)
        {
            open.Add(await ConnectAsync());
        }

        await AcceptedAsync(_options.MaxConnections);
        await ConnectAndBeClosedAsync();

        Assert.Equal(1, _counters.RefusedConnections);
        open.ForEach(socket => socket.Dispose());
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.7", false)]
    [InlineData("::ffff:192.0.2.7", false)]
    public void Only_this_machine_may_publish(string address, bool expected) =>
        Assert.Equal(expected, _endpoint.MayPublish(new IPEndPoint(IPAddress.Parse(address), 1)));

    [Fact]
    public async Task A_port_in_use_is_named_with_its_option()
    {
        await _endpoint.StartAsync(CancellationToken.None);
        using var other = new RtmpEndpoint(
            Options.Create(new IngestOptions { Port = _endpoint.Port }),
            _hub, _slabs.Pool, _transport, (_, _, _) => null, _counters, _time, NullLogger<RtmpEndpoint>.Instance);

        IOException fault = await Assert.ThrowsAsync<IOException>(() => other.StartAsync(CancellationToken.None));

        Assert.Contains($"port {_endpoint.Port} (Ingest:Port)", fault.Message, StringComparison.Ordinal);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("localhost", _endpoint.Port);
        return socket;
    }

    private async Task ConnectAndBeClosedAsync()
    {
        try
        {
            using Socket socket = await ConnectAsync();
            await ClosedAsync(socket);
        }
        catch (SocketException closed) when (closed.SocketErrorCode == SocketError.ConnectionReset)
        {
            // before the client's connect was even done
        }
    }

    private Task<RtmpClientSession> PublishAsync(Socket socket, string name) => OpenAsync(socket, name, RtmpClientRole.Publish);

    private async Task<RtmpClientSession> OpenAsync(Socket socket, string name, RtmpClientRole role)
    {
        _output = new ArrayBufferWriter<byte>();
        ArrayBufferWriter<byte> output = _output;
        var target = new RtmpClientTarget { Host = "localhost", App = "live", StreamName = name };
        var session = new RtmpClientSession(output, new NoMedia(), _slabs.Pool, new RtmpLimits(), TimeProvider.System, target, role);
        try
        {
            session.Start();
            byte[] received = new byte[16 * 1024];
            int length = 0;
            while (session.State is not (RtmpSessionState.Publishing or RtmpSessionState.Playing))
            {
                await socket.SendAsync(output.WrittenMemory);
                output.ResetWrittenCount();
                int read = await socket.ReceiveAsync(received.AsMemory(length)).AsTask().WaitAsync(Limit);
                Assert.NotEqual(0, read);
                length += read;
                var unread = new ReadOnlySequence<byte>(received, 0, length);
                int consumed = (int)unread.GetOffset(session.Receive(unread));
                received.AsSpan(consumed, length - consumed).CopyTo(received);
                length -= consumed;
            }

            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Waits until that many connections run: each has armed its timer.</summary>
    private Task AcceptedAsync(int connections) =>
        UntilAsync(() => _counters.Connections >= connections && _time.ArmedTimers >= connections);

    private Task ArmedAsync(int timers) => UntilAsync(() => _time.ArmedTimers == timers);

    /// <summary>Waits for what happens on the connection's loop.</summary>
    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var late = new CancellationTokenSource(Limit);
        while (!isSo())
        {
            late.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task ClosedAsync(Socket socket)
    {
        byte[] rest = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(rest).WaitAsync(Limit) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // reset: closed all the same
        }
    }

    private sealed class Player : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public void Dispose() => _ended.TrySetResult();
    }

    /// <summary>Time that can be told to fail.</summary>
    private sealed class UnluckyTimeProvider(ManualTimeProvider time) : TimeProvider
    {
        public bool FailsNext { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            bool fails = FailsNext;
            FailsNext = false;
            return fails ? throw new InvalidOperationException("no timer") : time.CreateTimer(callback, state, dueTime, period);
        }
    }

    /// <summary>Keeps what is logged.</summary>
    private sealed class ListLogger : ILogger<RtmpEndpoint>
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception));
    }

    private sealed class NoMedia : IRtmpMediaSink
    {
        public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload) => payload.Clear();

        public void OnPublishEnded()
        {
        }

        public void OnPlayEnded()
        {
        }
    }
}
