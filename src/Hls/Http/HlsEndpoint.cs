using System.Globalization;
using System.Net;
using MediaServer.Hub;
using MediaServer.Media;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace MediaServer.Hls;

/// <summary>Answers HLS requests from memory. Nothing is kept for a name that nobody publishes.</summary>
internal static class HlsEndpoint
{
    private const string PlaylistType = "application/vnd.apple.mpegurl";
    private const string LiveCaching = "public, max-age=1";
    private const string EternalCaching = "public, max-age=31536000, immutable"; // its name is never used again: the epoch is in it

    /// <summary>How long the first segment of a stream that has just begun is waited for: a key frame interval of 10 s, and some.</summary>
    private static readonly TimeSpan FirstSegmentWait = TimeSpan.FromSeconds(12);

    public static async Task HandleAsync(HttpContext context, HlsService service, IStreamAuthorizer authorizer)
    {
        HlsRequestKind kind = HlsRequestKind.Unknown;
        context.Response.Headers.AccessControlAllowOrigin = "*";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            Refuse(context, StatusCodes.Status405MethodNotAllowed);
        }
        else if (!HlsRequestPath.TryParse(context.Request.Path.Value, out HlsRequestPath path))
        {
            Refuse(context, StatusCodes.Status404NotFound);
        }
        else if (!await IsOpenAsync(context, path.Key, authorizer))
        {
            Refuse(context, StatusCodes.Status403Forbidden);
            await context.Response.WriteAsync("This stream needs a key. HLS cannot carry one: play it over RTMP or HTTP-FLV.\n", context.RequestAborted);
        }
        else if (path.IsMultivariant)
        {
            kind = HlsRequestKind.Multivariant;
            await SendMultivariantAsync(context, service, path);
        }
        else
        {
            kind = await SendResourceAsync(context, service, path);
        }

        service.CountRequest(kind, context.Response.StatusCode);
    }

    // A key in a playlist's address would have to be in those of all segments, and so in every cache between here and the viewer.
    private static async ValueTask<bool> IsOpenAsync(HttpContext context, StreamKey key, IStreamAuthorizer authorizer)
    {
        var request = new AccessRequest
        {
            Action = AccessAction.Play,
            Stream = key,
            Address = context.Connection.RemoteIpAddress ?? IPAddress.None,
        };
        return (await authorizer.AuthorizeAsync(request, context.RequestAborted)).IsAllowed;
    }

    private static async Task SendMultivariantAsync(HttpContext context, HlsService service, HlsRequestPath path)
    {
        if (!service.TryFind(path.Key, out HlsStream? stream))
        {
            Refuse(context, StatusCodes.Status404NotFound);
            return;
        }

        HlsSnapshot? snapshot;
        try
        {
            snapshot = stream.Snapshot
                ?? await stream.FirstSnapshot.WaitAsync(FirstSegmentWait, service.TimeProvider, context.RequestAborted);
        }
        catch (TimeoutException)
        {
            context.Response.Headers.RetryAfter = "1"; // live, but nothing that can be shown yet
            Refuse(context, StatusCodes.Status503ServiceUnavailable);
            return;
        }

        if (snapshot is null)
        {
            Refuse(context, StatusCodes.Status404NotFound);
            return;
        }

        await SendPlaylistAsync(context, (stream.Snapshot ?? snapshot).Multivariant);
    }

    private static async Task<HlsRequestKind> SendResourceAsync(HttpContext context, HlsService service, HlsRequestPath path)
    {
        object? resource = null;
        if (service.TryFind(path.Key, path.Epoch, out HlsStream? stream))
        {
            stream.Snapshot?.Resources.TryGetValue(path.Name, out resource);
        }

        switch (resource)
        {
            case HlsPlaylist playlist:
                await SendPlaylistAsync(context, playlist);
                return HlsRequestKind.Playlist;
            case TrackFormat format:
                await SendAsync(context, MediaTypeOf(format, "video/mp4"), EternalCaching, format.InitBytes);
                return HlsRequestKind.Init;
            case MediaSegment segment when segment.TryRetain():
                try
                {
                    await SendSegmentAsync(context, segment, service.TimeProvider);
                }
                finally
                {
                    segment.Release();
                }

                return HlsRequestKind.Segment;
            default:
                Refuse(context, StatusCodes.Status404NotFound);
                return HlsRequestKind.Unknown;
        }
    }

    private static string MediaTypeOf(TrackFormat format, string video) => format.Width > 0 ? video : "audio/mp4";

    private static Task SendPlaylistAsync(HttpContext context, HlsPlaylist playlist)
    {
        context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        bool isCompressed = AcceptsGzip(context.Request.Headers.AcceptEncoding);
        if (isCompressed)
        {
            context.Response.Headers.ContentEncoding = "gzip";
        }

        return SendAsync(context, PlaylistType, LiveCaching, isCompressed ? playlist.CompressedBytes : playlist.Bytes);
    }

    private static bool AcceptsGzip(StringValues acceptEncoding) =>
        StringWithQualityHeaderValue.TryParseList(acceptEncoding, out IList<StringWithQualityHeaderValue>? encodings)
        && encodings.Any(encoding => encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && encoding.Quality is not 0);

    private static async Task SendAsync(HttpContext context, string contentType, string caching, byte[] body)
    {
        context.Response.ContentType = contentType;
        context.Response.Headers.CacheControl = caching;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
        }
    }

    private static async Task SendSegmentAsync(HttpContext context, MediaSegment segment, TimeProvider timeProvider)
    {
        HttpResponse response = context.Response;
        response.Headers.AcceptRanges = "bytes";
        if (!ByteRange.TryFind(context.Request, segment.LengthBytes, out ByteRange range))
        {
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{segment.LengthBytes}");
            Refuse(context, StatusCodes.Status416RangeNotSatisfiable);
            return;
        }

        if (range.LengthBytes < segment.LengthBytes)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = range.ToContentRange(segment.LengthBytes);
        }

        response.ContentType = MediaTypeOf(segment.Format, "video/iso.segment");
        response.Headers.CacheControl = EternalCaching;
        response.ContentLength = range.LengthBytes;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await SegmentSender.SendAsync(context, segment, range, timeProvider);
        }
    }

    private static void Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
    }
}
