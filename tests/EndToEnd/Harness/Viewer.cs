using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using MediaServer.Media;

namespace MediaServer.EndToEnd.Harness;

/// <summary>How a viewer gets a stream.</summary>
public enum Protocol
{
    Rtmp,
    HttpFlv,
}

/// <summary>A player that keeps every message it gets, and can stop reading.</summary>
internal abstract class Viewer : IAsyncDisposable
{
    /// <summary>Small, so that what a viewer does not read stays the server's problem and does not vanish into the kernel.</summary>
    private const int ReceiveBufferBytes = 32 * 1024;

    private readonly Lock _lock = new();
    private readonly List<ReceivedFrame> _frames = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Stopwatch _clock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _paused;
    private Task _running = Task.CompletedTask;

    protected Viewer(ServerProcess server, string stream)
    {
        Server = server;
        Stream = stream;
    }

    /// <summary>All messages so far.</summary>
    public IReadOnlyList<ReceivedFrame> Frames
    {
        get
        {
            lock (_lock)
            {
                return [.. _frames];
            }
        }
    }

    /// <summary>Completes when the server has ended the stream in order; faults when it was torn off.</summary>
    public Task Ended => _running;

    protected ServerProcess Server { get; }

    protected string Stream { get; }

    /// <summary>Begins to play.</summary>
    public static Viewer Open(Protocol protocol, ServerProcess server, string stream) =>
        protocol == Protocol.Rtmp ? Open(new RtmpViewer(server, stream)) : Open(new FlvViewer(server, stream));

    /// <summary>Has a viewer begin to play.</summary>
    public static T Open<T>(T viewer)
        where T : Viewer
    {
        viewer._clock.Start();
        viewer._running = Task.Run(() => viewer.RunAsync(viewer._closing.Token));
        return viewer;
    }

    /// <summary>Waits for the first message of a kind, from the beginning on, or fails.</summary>
    public Task<ReceivedFrame> FirstAsync(Predicate<ReceivedFrame> wanted, string what) => FirstAfterAsync(0, wanted, what);

    /// <summary>Waits for the first message of a kind, after as many others, or fails.</summary>
    public async Task<ReceivedFrame> FirstAfterAsync(int skip, Predicate<ReceivedFrame> wanted, string what)
    {
        using var late = new CancellationTokenSource(Waiting.Limit);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                for (; skip < _frames.Count; skip++)
                {
                    if (wanted(_frames[skip]))
                    {
                        return _frames[skip];
                    }
                }

                changed = _changed.Task;
            }

            if (await Task.WhenAny(changed, _running, Task.Delay(Timeout.Infinite, late.Token)) != changed)
            {
                Assert.Fail($"{this}: no {what} {(late.IsCancellationRequested ? $"within {Waiting.Limit.TotalSeconds:0} s" : "before it ended")}; "
                    + $"{Frames.Count} messages, the last: {(Frames is [.., ReceivedFrame last] ? last : null)}. {_running.Exception?.InnerException} {Server.Tail()}");
            }
        }
    }

    /// <summary>Stops reading; what is in flight is still taken.</summary>
    public void Pause() => _paused ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads on.</summary>
    public void Resume()
    {
        TaskCompletionSource? paused = _paused;
        _paused = null;
        paused?.SetResult();
    }

    /// <summary>Waits for the stream's end in order, or fails.</summary>
    public async Task WaitForEndAsync()
    {
        await Task.WhenAny(_running).Within(Waiting.Limit, () => $"{this} still plays. {Server.Tail()}");
        Assert.True(_running.IsCompletedSuccessfully, $"{this} was torn off: {_running.Exception?.InnerException} {Server.Tail()}");
    }

    public override string ToString() => $"the {GetType().Name} of {Stream}";

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        Resume();
        await Task.WhenAny(_running);
        _closing.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Plays until the server ends it.</summary>
    protected abstract Task RunAsync(CancellationToken closing);

    protected void Add(MediaKind kind, uint timestamp, byte[] body)
    {
        body = SharedBodies.Find(body);
        lock (_lock)
        {
            _frames.Add(new ReceivedFrame(kind, timestamp, body, _clock.Elapsed));
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Reads FLV to its end.</summary>
    protected async Task ReadFlvAsync(Stream source, CancellationToken closing)
    {
        PipeReader input = PipeReader.Create(source);
        var reader = new FlvReader();
        while (true)
        {
            ReadResult read = await ReadAsync(input, closing);
            ReadOnlySequence<byte> received = read.Buffer;
            OperationStatus status;
            while ((status = reader.Read(ref received, out FlvTag tag)) == OperationStatus.Done)
            {
                Add(tag.Kind, tag.Timestamp, tag.Body.ToArray());
            }

            if (status == OperationStatus.InvalidData)
            {
                throw new InvalidDataException($"What came is no FLV: it {reader.Fault}.");
            }

            input.AdvanceTo(received.Start, received.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>Reads what has arrived, unless reading is paused: then after that.</summary>
    protected async ValueTask<ReadResult> ReadAsync(PipeReader input, CancellationToken closing)
    {
        if (_paused is { } paused)
        {
            await paused.Task;
        }

        return await input.ReadAsync(closing);
    }

    protected static async Task<Socket> ConnectAsync(int port, CancellationToken closing)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = ReceiveBufferBytes };
        await socket.ConnectAsync("localhost", port, closing);
        return socket;
    }
}
