using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MediaServer.Playback;

/// <summary>Serves players of FLV over HTTP and WebSocket: joins each to its stream, and stays with its request until it is over.</summary>
public sealed class FlvPlayers(TransportHost transport, IOptions<PlaybackOptions> options, TimeProvider time, ILogger<FlvPlayers> logger)
{
    internal const string ContentType = "video/x-flv";

    /// <summary>
    /// How long a stream that has just begun may take until its header says whether it has audio and video (mpegts.js waits for ever for
    /// what was announced and never comes).
    /// </summary>
    private static readonly TimeSpan TracksKnown = TimeSpan.FromSeconds(1);

    /// <summary>How often to look in that time.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(20);

    private readonly TopicWalks _tags = new(FrameEnvelope.Flv, IntervalOf(options.Value), time);
    private readonly TopicWalks _chunks = new(FrameEnvelope.ChunkedFlv, IntervalOf(options.Value), time);
    private readonly TopicWalks _messages = new(FrameEnvelope.WebSocketFlv, IntervalOf(options.Value), time);

    /// <summary>Sends the stream as the response, until it is over or the player has left.</summary>
    internal async Task PlayAsync(HttpContext context, StreamTopic topic, PlayerWishes wishes, bool isWebSocket)
    {
        ResponseRoute? route;
        try
        {
            await WaitForTracksAsync(topic, context.RequestAborted);
            route = await OpenAsync(context, isWebSocket);
        }
        catch (OperationCanceledException)
        {
            return; // the player has left
        }

        if (route is null)
        {
            return; // and was told why
        }

        await using (route)
        {
            await PlayAsync(route, topic, wishes, isWebSocket);
        }
    }

    private static FlushInterval IntervalOf(PlaybackOptions options) => options.FlvFlushInterval ?? options.FlushInterval;

    private async Task PlayAsync(ResponseRoute route, StreamTopic topic, PlayerWishes wishes, bool isWebSocket)
    {
        TransportConnection connection = route.Connection;
        string kind = isWebSocket ? PlayerKind.WebSocketFlv : PlayerKind.HttpFlv;
        SubscriptionOptions wanted = wishes.ToSubscription(kind, options.Value.Policy, IntervalOf(options.Value));

        await connection.Loop.SwitchTo();
        route.WriteHead();
        logger.Playing(connection.Id, connection.RemoteEndPoint, topic.Key, kind);
        TopicWalk walk = (isWebSocket ? _messages : route.IsChunked ? _chunks : _tags).Get(connection.Loop, topic);
        HttpPlayer player = isWebSocket
            ? new WebSocketPlayer(walk, connection, wanted, options.Value.StallTimeout, logger)
            : new FlvPlayer(walk, connection, wanted, options.Value.StallTimeout, logger);
        try
        {
            connection.Flush();
            Task listening = player.ListenAsync(route.Input);
            await Task.WhenAny(player.Over, connection.Closed);
            await route.EndAsync();
            await listening;
        }
        finally
        {
            await connection.Loop.SwitchTo();
            player.Dispose();
            route.StopReading();
        }
    }

    private async ValueTask<ResponseRoute?> OpenAsync(HttpContext context, bool isWebSocket)
    {
        if (isWebSocket)
        {
            WebSocketHandshake.Accept(context);
        }
        else
        {
            context.Response.ContentType = ContentType;
        }

        if (ResponseRoute.TryShare(context, transport, time) is { } shared)
        {
            return shared;
        }

        Stream? upgraded = isWebSocket ? await WebSocketHandshake.TryUpgradeAsync(context) : null;
        return isWebSocket && upgraded is null ? null : ResponseRoute.Wrap(context, transport, upgraded);
    }

    private async Task WaitForTracksAsync(StreamTopic topic, CancellationToken aborted)
    {
        long begun = time.GetTimestamp();
        while (topic.Published is { Audio: 0 } or { Video: 0 }
            && time.GetUtcNow() - topic.StartedAt < TracksKnown && time.GetElapsedTime(begun) < TracksKnown)
        {
            await Task.Delay(LookPeriod, time, aborted);
        }
    }
}
