using System.IO.Pipelines;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.Transport;

namespace MediaServer.Ingest;

/// <summary>
/// One RTMP connection from its first byte to its last: feeds what arrives to the protocol's state machine, answers its requests, and
/// watches the clock. A publisher stays here; a player is handed to whoever stands behind <see cref="StartPlaying"/>.
/// </summary>
/// <remarks>Everything runs on the connection's loop, one thing at a time; only the timer fires elsewhere, and posts.</remarks>
internal sealed class RtmpConnection : IRtmpMediaSink, IThreadPoolWorkItem, IDisposable
{
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);

    private readonly TransportConnection _transport;
    private readonly RtmpEndpoint _endpoint;
    private readonly RtmpServerSession _session;
    private readonly ConnectGate _gate;
    private readonly ITimer _watch;
    private Publishing? _publishing;
    private IDisposable? _player;
    private TimeSpan _startLimit; // to ask for something
    private long _receivedAt;     // bytes
    private long _idleSince;      // no media of a publisher, or neither published nor played

    /// <param name="transport">Its bytes.</param>
    /// <param name="endpoint">What all connections share.</param>
    /// <param name="left">What is left of its time to ask for something.</param>
    public RtmpConnection(TransportConnection transport, RtmpEndpoint endpoint, TimeSpan left)
    {
        _transport = transport;
        _endpoint = endpoint;
        _session = new RtmpServerSession(transport.Outbox, this, endpoint.Pool, endpoint.Limits, endpoint.Time, endpoint.Options.AskForLogin);
        _gate = new ConnectGate(_session, transport, endpoint);
        _startLimit = left;
        _receivedAt = _idleSince = endpoint.Time.GetTimestamp();
        _watch = endpoint.Time.CreateTimer(static state => ((RtmpConnection)state!).PostWatch(), this, left, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether its stream is being sent; it ends by itself when the stream does.</summary>
    public bool IsPlaying => Volatile.Read(ref _player) is not null;

    /// <summary>Completes when the connection is closed and everything it held is given back. Never faults.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to run the connection, until it ends, whoever ends it.</summary>
    /// <param name="ended">Called once, at the end.</param>
    public void Start(Action ended) => Completion = RunAsync(ended);

    /// <summary>Ends the connection: what is already written for the peer is still sent.</summary>
    public void Close() => _ = _transport.CloseAsync(CloseGrace).AsTask();

    /// <summary>Lets go of everything, the stream's name first. On the loop, at the end; throws nothing.</summary>
    public void Dispose()
    {
        try
        {
            EndPublish(isLost: !_endpoint.IsStopping); // an encoder that may come back finds its stream waiting
            _transport.Input.Complete(); // also when a read was cut short by an exception
            _player?.Dispose();
            _player = null;
            _session.Dispose();
            _watch.Dispose();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            _endpoint.Logger.ConnectionFailed(fault, _transport.Id, _transport.RemoteEndPoint);
        }
    }

    /// <inheritdoc/>
    public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        _idleSince = _receivedAt;
        _publishing?.Receive(header, payload, _receivedAt);
    }

    /// <inheritdoc/>
    public void OnPublishEnded()
    {
        EndPublish(isLost: false);
        WatchIdle();
    }

    /// <inheritdoc/>
    public void OnPlayEnded()
    {
        if (_player is not { } player)
        {
            return;
        }

        _player = null;
        WatchIdle(); // nobody else looks at it from now on
        player.Dispose();
    }

    /// <summary>Looks at the clock, on the loop: who asks for nothing, publishes nothing or is gone without a word is closed.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        if (_session.IsClosed)
        {
            return; // it is on its way out
        }

        TimeSpan idle = _endpoint.Time.GetElapsedTime(_idleSince);
        TimeSpan idleLimit = _publishing is null ? _startLimit : _endpoint.Options.PublisherIdleTimeout;
        bool isPlaying = _player is not null; // then idleness is for playback to judge
        PeerCheck peer = _session.CheckPeer();
        _transport.Flush(); // a ping, perhaps
        if (!isPlaying && idle >= idleLimit)
        {
            Abandon(
                _publishing is null ? RefusalReason.AskedForNothing : RefusalReason.PublisherIdle,
                _publishing is null ? "asked for nothing" : "sent nothing",
                _publishing is null ? _endpoint.Options.ConnectTimeout : idleLimit);
        }
        else if (peer.IsGone)
        {
            Abandon(RefusalReason.PingUnanswered, "did not answer a ping", _endpoint.Limits.PingTimeout);
        }
        else
        {
            TimeSpan left = isPlaying ? peer.CheckAgainIn : TimeSpan.FromTicks(Math.Min(peer.CheckAgainIn.Ticks, (idleLimit - idle).Ticks));
            _watch.Change(left, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task RunAsync(Action ended)
    {
        await _transport.Loop.SwitchTo();
        try
        {
            await ReceiveAsync();
        }
        catch (RtmpProtocolException broken)
        {
            _endpoint.Counters.CountProtocolFault(broken.Reason);
            _endpoint.Logger.ProtocolBroken(_transport.Id, _transport.RemoteEndPoint, broken.Reason, broken.Message);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            _endpoint.Logger.ConnectionFailed(fault, _transport.Id, _transport.RemoteEndPoint); // a bug of ours: it costs this connection alone
        }
        finally
        {
            Dispose();
            await _transport.CloseAsync(CloseGrace);
            ended();
        }
    }

    private async Task ReceiveAsync()
    {
        PipeReader input = _transport.Input;
        while (!_session.IsClosed)
        {
            ReadResult read = await input.ReadAsync();
            _receivedAt = _endpoint.Time.GetTimestamp();
            SequencePosition consumed = _session.Receive(read.Buffer); // never waits; every protocol rule is behind this call
            bool isConnect = _gate.TryAnswer();
            RtmpRequest? request = _session.PendingRequest;
            input.AdvanceTo(consumed, isConnect || request is not null ? consumed : read.Buffer.End); // what follows may be here already
            if (request is not null)
            {
                await AnswerAsync(request);
            }

            if (_publishing?.IsTooFast(_transport.BytesReceived, _receivedAt) == true)
            {
                CutOff(RefusalReason.PublishBitrate, $"more than {_endpoint.Options.MaxPublishBitrate} bit/s (Ingest:MaxPublishBitrate)");
            }

            if (read.IsCompleted || read.IsCanceled)
            {
                break;
            }
        }
    }

    private async ValueTask AnswerAsync(RtmpRequest request)
    {
        if (!StreamKey.TryParse(request.Path, out StreamKey key, out string? fault))
        {
            Refuse(request, RefusalReason.InvalidName, fault);
            return;
        }

        // Authorise first, Publish.Start last: an encoder that was started and then closed comes back for ever.
        AccessDecision decision = await _endpoint.Access.AuthorizeAsync(request, key, _gate.LoginId, _transport);
        await _transport.Loop.SwitchTo();
        if (_transport.PeerClosed.IsCancellationRequested)
        {
            return; // who asked is gone: the next read says so
        }

        if (!decision.IsAllowed)
        {
            Refuse(request, RefusalReason.AccessDenied, decision.Reason ?? "access is denied");
        }
        else if (request is PublishRequest)
        {
            StartPublishing(request, key, decision.Credential);
        }
        else if ((_player = _endpoint.StartPlaying(key, _transport, _session, out string? wrong)) is null)
        {
            Refuse(
                request,
                wrong is null ? RefusalReason.StreamNotFound : RefusalReason.InvalidParameter,
                wrong ?? "nobody publishes this stream");
        }
    }

    private void StartPublishing(RtmpRequest request, StreamKey key, string? credential)
    {
        var claim = new PublishClaim(key, credential, _transport.RemoteEndPoint.Address, () => _transport.Loop.Post(OnReplaced));
        (LivePublisher? publisher, Refusal? refusal) = _endpoint.Publishers.TryPublish(claim);
        if (publisher is null)
        {
            Refuse(request, refusal!.Reason, refusal.Description);
            return;
        }

        // From here on whatever ends the connection frees the name, an exception below included.
        _publishing = new Publishing(publisher, _endpoint, _transport.BytesReceived);
        _transport.ReceiveIntoSlabs();
        _idleSince = _receivedAt;
        PostWatch();
        _endpoint.Logger.Publishing(_transport.Id, _transport.RemoteEndPoint, key, PeerText.Shorten(request.FlashVersion));
        _session.AcceptPublish(); // last: what is told to the encoder is so
    }

    private void Refuse(RtmpRequest request, RefusalReason reason, string description)
    {
        bool isPublish = request is PublishRequest;
        _endpoint.Counters.CountRefused(reason);
        _endpoint.Logger.Refused(
            _transport.Id, _transport.RemoteEndPoint, isPublish ? "publish" : "play", PeerText.OfName(request.Path), description);
        if (isPublish)
        {
            _session.RefusePublish(reason.PublishStatus, description);
        }
        else
        {
            _session.RefusePlay(reason.PlayStatus, description);
        }
    }

    private void EndPublish(bool isLost)
    {
        if (_publishing is { } publishing)
        {
            _publishing = null;
            publishing.End(isLost);
            _endpoint.Logger.PublishEnded(_transport.Id, publishing.Stream);
        }
    }

    /// <summary>Another publisher has the stream now.</summary>
    private void OnReplaced()
    {
        if (_publishing is not null)
        {
            CutOff(RefusalReason.TakenOver, "another publisher has taken this stream over");
            Close();
        }
    }

    /// <summary>Tells a publisher that it may not go on.</summary>
    private void CutOff(RefusalReason reason, string description)
    {
        _endpoint.Counters.CountRefused(reason);
        _endpoint.Logger.PublishCutOff(_transport.Id, _transport.RemoteEndPoint, _publishing!.Stream, description);
        _session.EndPublish(reason.PublishStatus, description);
        EndPublish(isLost: false);
    }

    /// <summary>Gives up a peer that need not be told.</summary>
    private void Abandon(RefusalReason reason, string fault, TimeSpan limit)
    {
        _endpoint.Counters.CountRefused(reason);
        _endpoint.Logger.TimedOut(_transport.Id, _transport.RemoteEndPoint, fault, limit);
        _transport.Abort();
    }

    private void WatchIdle()
    {
        _startLimit = _endpoint.Options.ConnectTimeout;
        _idleSince = _endpoint.Time.GetTimestamp();
        PostWatch();
    }

    private void PostWatch() => _transport.Loop.Post(this);
}
