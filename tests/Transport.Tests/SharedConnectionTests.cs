using System.Buffers;
using System.Net;
using System.Net.Sockets;
using MediaServer.Media;
using MediaServer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Transport.Tests;

public sealed class SharedConnectionTests : IAsyncLifetime, IDisposable
{
    private readonly LeakCheckingPool _pool = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
    private readonly TransportHost _host;
    private readonly Peer _peer;
    private Socket _owner = null!; // of whoever accepted it
    private TransportConnection _connection = null!;

    public SharedConnectionTests()
    {
        _host = new TransportHost(new TransportOptions { Loops = 1 }, _pool.Pool, TimeProvider.System, NullLogger<TransportHost>.Instance);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _client.Connect(_listener.LocalEndPoint!);
        _peer = new Peer(_client, new NetworkStream(_client));
    }

    public async Task InitializeAsync()
    {
        _owner = await _listener.AcceptAsync();
        _connection = _host.TryShare(_owner, (IPEndPoint)_owner.RemoteEndPoint!)!;
    }

    public Task DisposeAsync() => _host.DisposeAsync().AsTask();

    public void Dispose()
    {
        _peer.Dispose();
        _client.Dispose();
        _owner.Dispose();
        _listener.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public async Task What_the_peer_says_is_its_owners_to_read()
    {
        await SendAsync(1, 2, 3);
        await _peer.SendAsync(new byte[] { 4, 5 });

        Assert.Equal([1, 2, 3], await _peer.ReceiveAsync(3));
        byte[] read = new byte[2];
        Assert.Equal(2, await _owner.ReceiveAsync(read).Soon());
        Assert.Equal([4, 5], read);
        Assert.Equal(0, _connection.BytesReceived);
    }

    [Fact]
    public async Task An_owner_that_closes_takes_nothing_from_the_connection_and_leaves_nobody_elses_number_to_it()
    {
        await SendAsync(1);
        var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await stranger.ConnectAsync(_listener.LocalEndPoint!);
        _owner.Close(0);
        using Socket other = await _listener.AcceptAsync(); // by now it may have the number that the owner had
        await SendAsync(2);
        other.Send([9]);

        Assert.Equal([1, 2], await _peer.ReceiveAsync(2));
        byte[] heard = new byte[2];
        Assert.Equal(1, await stranger.ReceiveAsync(heard).Soon());
        Assert.Equal(9, heard[0]);
        stranger.Dispose();
    }

    [Fact]
    public async Task Closed_in_order_everything_arrives_though_its_owner_wanted_a_reset_and_the_peer_reads_late()
    {
        using var frames = new TestFrames(_pool.Pool);
        MediaFrame frame = frames.Make(100_000); // more than the peer's buffer takes
        byte[] expected = TestFrames.BytesOf(frame, FrameEnvelope.Flv);
        var source = new ListSource(frame);
        await _connection.RunAsync(() =>
        {
            _connection.StartSending(source, FrameEnvelope.Flv);
            _connection.Flush();
        });
        await source.AllSent.Task.Soon();
        _owner.Close(0);

        await _connection.CloseAsync(TimeSpan.FromMilliseconds(1)).AsTask().Soon();

        byte[] received = await ReceiveWithoutResetAsync(expected.Length);
        Assert.Equal(expected, received);
        Assert.Equal(ConnectionEnd.Closed, _connection.End);
    }

    [Fact]
    public async Task Aborted_the_peer_sees_a_reset_once_the_owner_closes_too()
    {
        await SendAsync(1);
        await _peer.ReceiveAsync(1);
        _connection.Abort();
        await _connection.Closed.Soon();
        _owner.Close(0);

        SocketException reset = await Assert.ThrowsAsync<SocketException>(() => _client.ReceiveAsync(new byte[1]).Soon());
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    [Fact]
    public async Task It_knows_when_the_peer_has_left()
    {
        _client.Shutdown(SocketShutdown.Send);

        var left = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = _connection.PeerClosed.Register(left.SetResult);
        await left.Task.Soon();
    }

    [Fact]
    public void A_closed_socket_is_not_shared()
    {
        var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Dispose();
        Assert.Null(_host.TryShare(closed, new IPEndPoint(IPAddress.Loopback, 1)));
    }

    private Task SendAsync(params byte[] bytes) => _connection.RunAsync(() =>
    {
        _connection.Outbox.Write(bytes);
        _connection.Flush();
    });

    /// <summary>Reads so many bytes and then FIN; a reset throws.</summary>
    private async Task<byte[]> ReceiveWithoutResetAsync(int length)
    {
        byte[] bytes = await _peer.ReceiveAsync(length);
        Assert.Equal(0, await _peer.ReceiveSomeAsync(new byte[1]));
        return bytes;
    }
}
