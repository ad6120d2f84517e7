using System.IO.Pipelines;
using System.Net;
using MediaServer.Hub;
using MediaServer.Media;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MediaServer.Playback;

/// <summary>
/// Serves <c>/{app}/{stream}.flv</c>: a live stream as an endless FLV file over HTTP, as mpegts.js and ffplay read it. Of several tracks of
/// a kind the first, unless all are asked for (<c>?tracks=all</c>); HDR metadata and channel maps only when they are asked for
/// (<c>?metadata=1</c>), because mpegts.js ends at packets of that type.
/// </summary>
/// <remarks>
/// A plain loop on the thread pool, one a response. What its reader does not take stays in the subscription, which drops by its own rules;
/// Kestrel's minimum data rate, which knows nothing of live media, is switched off here, and a reader that takes nothing is cut off after
/// <see cref="PlaybackOptions.StallTimeout"/>.
/// </remarks>
public sealed class HttpFlvMiddleware(
    RequestDelegate next,
    StreamHub hub,
    IStreamAuthorizer authorizer,
    IOptions<PlaybackOptions> options,
    TimeProvider time,
    ILogger<HttpFlvMiddleware> logger)
{
    private const string Suffix = ".flv";

    /// <summary>Bytes written between flushes: Kestrel's own limit for a response that is not read.</summary>
    private const int FlushBytes = 64 * 1024;

    /// <summary>
    /// How long a stream that has just begun may take until its header says whether it has audio and video (mpegts.js waits for ever for
    /// what was announced and never comes).
    /// </summary>
    private static readonly TimeSpan TracksKnown = TimeSpan.FromSeconds(1);

    /// <summary>How often to look in that time.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>Serves the request if it is for a stream, else passes it on.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string path = context.Request.Path.Value ?? "";
        if (!path.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)
            || !StreamKey.TryParse(path.AsSpan(0, path.Length - Suffix.Length), out StreamKey key, out _))
        {
            await next(context);
            return;
        }

        HttpResponse response = context.Response;
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        }
        else if (await AuthorizeAsync(context, key) is { IsAllowed: false } refusal)
        {
            response.StatusCode = StatusCodes.Status403Forbidden;
            await response.WriteAsync($"{refusal.Reason}\n", context.RequestAborted);
        }
        else if (!hub.TryGetTopic(key, out StreamTopic? topic))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            await response.WriteAsync("Nobody publishes this stream.\n", context.RequestAborted);
        }
        else
        {
            response.ContentType = "video/x-flv";
            if (HttpMethods.IsGet(context.Request.Method))
            {
                await SendAsync(context, topic);
            }
        }
    }

    private ValueTask<AccessDecision> AuthorizeAsync(HttpContext context, StreamKey key) => authorizer.AuthorizeAsync(
        new AccessRequest
        {
            Action = AccessAction.Play,
            Stream = key,
            Address = context.Connection.RemoteIpAddress ?? IPAddress.None,
            Key = context.Request.Query["key"],
        },
        context.RequestAborted);

    private async Task SendAsync(HttpContext context, StreamTopic topic)
    {
        context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        string id = context.TraceIdentifier;
        using Subscription subscription = topic.Subscribe(
            new SubscriptionOptions { Kind = PlayerKind.HttpFlv, Selection = SelectionOf(context.Request.Query) });
        var remote = new IPEndPoint(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Connection.RemotePort);
        logger.Playing(id, remote, topic.Key, PlayerKind.HttpFlv);
        try
        {
            await WaitForTracksAsync(topic, context.RequestAborted);
            await CopyAsync(topic, subscription, context.Response.BodyWriter, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // the player left: how most of them end
        }
        catch (TimeoutException)
        {
            logger.Stalled(id, remote, topic.Key, options.Value.StallTimeout);
            context.Abort();
        }
        finally
        {
            logger.Stopped(id, topic.Key, subscription.Delivery.Delivered.Total, subscription.Delivery.Dropped.Total);
        }
    }

    private static FrameSelection SelectionOf(IQueryCollection query) =>
        new() { AllTracks = query["tracks"] == "all", TrackMetadata = query["metadata"] == "1" };

    private async Task WaitForTracksAsync(StreamTopic topic, CancellationToken aborted)
    {
        long begun = time.GetTimestamp();
        while (topic.Published is { Audio: 0 } or { Video: 0 }
            && time.GetUtcNow() - topic.StartedAt < TracksKnown && time.GetElapsedTime(begun) < TracksKnown)
        {
            await Task.Delay(LookPeriod, time, aborted);
        }
    }

    private async Task CopyAsync(StreamTopic topic, Subscription subscription, PipeWriter output, CancellationToken aborted)
    {
        KindCounts frames = topic.Published;
        FlvWriter.WriteHeader(output, frames.Audio > 0, frames.Video > 0);
        while (await subscription.WaitToReadAsync(aborted))
        {
            while (subscription.TryRead(out MediaFrame? frame))
            {
                try
                {
                    FlvWriter.WriteTag(output, frame);
                    MediaDiagnostics.CountCopy(CopyReason.HttpResponse, frame.LengthBytes);
                }
                finally
                {
                    frame.Release();
                }

                if (output.UnflushedBytes >= FlushBytes)
                {
                    await FlushAsync(output, aborted);
                }
            }

            await FlushAsync(output, aborted);
        }
    }

    /// <summary>Hands what was written to the connection, which takes it when most of what it has is with the kernel.</summary>
    /// <exception cref="OperationCanceledException">The player is gone.</exception>
    /// <exception cref="TimeoutException">The player took nothing for too long.</exception>
    private async ValueTask FlushAsync(PipeWriter output, CancellationToken aborted)
    {
        ValueTask<FlushResult> flush = output.FlushAsync(aborted);
        FlushResult flushed = flush.IsCompleted ? await flush : await flush.AsTask().WaitAsync(options.Value.StallTimeout, time, CancellationToken.None);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new OperationCanceledException(aborted);
        }
    }
}
