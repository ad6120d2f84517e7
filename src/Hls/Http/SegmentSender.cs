using System.IO.Pipelines;
using MediaServer.Media;
using Microsoft.AspNetCore.Http;

namespace MediaServer.Hls;

/// <summary>Writes a segment from the slabs it lies in to a response, piece by piece: the one copy is into Kestrel's pipe.</summary>
internal static class SegmentSender
{
    private const int BytesPerFlush = 64 * 1024;

    /// <summary>
    /// How long a response may hold its segment: a viewer that needs longer has long lost the live stream, and memory must not depend on
    /// how slowly somebody reads.
    /// </summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public static async Task SendAsync(HttpContext context, MediaSegment segment, ByteRange range, TimeProvider timeProvider)
    {
        PipeWriter output = context.Response.BodyWriter;
        using var deadline = new CancellationTokenSource(Deadline, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            SegmentPosition position = segment.Seek(range.Start);
            long remaining = range.LengthBytes;
            while (remaining > 0)
            {
                int written = Write(output, segment, ref position, (int)Math.Min(remaining, BytesPerFlush));
                remaining -= written;
                FlushResult flush = await output.FlushAsync(either.Token);
                if (flush.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private static int Write(PipeWriter output, MediaSegment segment, ref SegmentPosition position, int lengthBytes)
    {
        int written = 0;
        while (written < lengthBytes)
        {
            Span<byte> room = output.GetSpan();
            int copied = segment.CopyTo(room[..Math.Min(room.Length, lengthBytes - written)], ref position);
            output.Advance(copied);
            written += copied;
        }

        MediaDiagnostics.CountCopy(CopyReason.HttpResponse, written);
        return written;
    }
}
