using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace MediaServer.Ingest;

/// <summary>One TCP port, on all addresses: hands on whoever connects.</summary>
internal sealed class RtmpListener : IDisposable
{
    private const int Backlog = 1024; // as many as join in a burst; the kernel caps it at somaxconn

    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Socket _socket;
    private readonly Action<Socket> _accepted;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _accepting;

    /// <summary>Opens the port.</summary>
    /// <param name="port">Its number; 0 takes a free one.</param>
    /// <param name="option">The option that sets it, for the message when it cannot be had.</param>
    /// <param name="accepted">Takes each socket. Must not throw, and must not wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where failing accepts are told.</param>
    /// <exception cref="IOException">The port is in use or may not be opened; the message names it.</exception>
    public RtmpListener(int port, string option, Action<Socket> accepted, TimeProvider time, ILogger logger)
    {
        try
        {
            _socket = Listen(port);
        }
        catch (SocketException fault)
        {
            throw new IOException($"Cannot listen for RTMP on port {port} ({option}): {fault.Message}.", fault);
        }

        _accepted = accepted;
        _time = time;
        _logger = logger;
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Closes the port; completes when nobody is handed on any more.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        _socket.Dispose();
        await _accepting;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _stopping.Dispose();
    }

    private static Socket Listen(int port)
    {
        bool hasIPv6 = Socket.OSSupportsIPv6;
        var listener = new Socket(hasIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (hasIPv6)
            {
                listener.DualMode = true;
            }

            listener.Bind(new IPEndPoint(hasIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            listener.Listen(Backlog);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _accepted(await _socket.AcceptAsync(_stopping.Token));
            }
            catch (SocketException fault) when (!_stopping.IsCancellationRequested)
            {
                _logger.AcceptFailed(fault.Message); // out of descriptors, most likely: those that close make room
                await Task.Delay(AcceptPause, _time, CancellationToken.None);
            }
            catch (Exception) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
