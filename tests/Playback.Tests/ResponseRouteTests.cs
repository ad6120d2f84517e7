using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using MediaServer.TestKit;
using MediaServer.Transport;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Playback.Tests;

public class ResponseRouteTests
{
    [Fact]
    public async Task A_shared_route_that_is_left_by_a_fault_takes_the_request_from_the_server_before_it_ends()
    {
        using var slabs = new LeakCheckingPool();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using Socket socket = await listener.AcceptSocketAsync();
        await using var transport = new TransportHost(
            new TransportOptions { Loops = 1 }, slabs.Pool, TimeProvider.System, NullLogger<TransportHost>.Instance);
        using var request = new Request(socket);
        DefaultHttpContext context = request.MakeContext();
        ResponseRoute? route = ResponseRoute.TryShare(context, transport, TimeProvider.System);
        Assert.NotNull(route);
        request.Sharing = route.Connection;

        await route.DisposeAsync();

        Assert.Equal([false], request.WasClosedWhenAborted);
    }

    /// <summary>A first request over plain HTTP, as the server shows it.</summary>
    private sealed class Request(Socket socket)
        : IHttpRequestLifetimeFeature, IConnectionSocketFeature, IConnectionTransportFeature, IDuplexPipe, IDisposable
    {
        private readonly Pipe _pipe = new();
        private readonly CancellationTokenSource _aborted = new();

        public TransportConnection? Sharing { get; set; }

        /// <summary>Of each time it was aborted, whether the connection had ended before.</summary>
        public List<bool> WasClosedWhenAborted { get; } = [];

        public CancellationToken RequestAborted
        {
            get => _aborted.Token;
            set => throw new NotSupportedException();
        }

        public Socket Socket => socket;

        public IDuplexPipe Transport
        {
            get => this;
            set => throw new NotSupportedException();
        }

        public PipeReader Input => _pipe.Reader;

        public PipeWriter Output => _pipe.Writer;

        public DefaultHttpContext MakeContext()
        {
            var context = new DefaultHttpContext();
            context.Features.Set<IHttpRequestLifetimeFeature>(this);
            context.Features.Set<IConnectionSocketFeature>(this);
            context.Features.Set<IConnectionTransportFeature>(this);
            context.Request.Protocol = "HTTP/1.1";
            context.Connection.Id = "C";
            context.TraceIdentifier = "C:00000001";
            return context;
        }

        public void Abort() => WasClosedWhenAborted.Add(Sharing!.Closed.IsCompleted);

        public void Dispose() => _aborted.Dispose();
    }
}
