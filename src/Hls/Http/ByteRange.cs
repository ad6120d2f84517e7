using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MediaServer.Hls;

/// <summary>A run of bytes of a resource (RFC 9110 §14).</summary>
/// <param name="Start">The first byte.</param>
/// <param name="LengthBytes">How many.</param>
internal readonly record struct ByteRange(long Start, long LengthBytes)
{
    /// <summary>What a request wants of a resource. Several ranges at once are answered with the whole, as the RFC allows.</summary>
    /// <returns>False if the range lies outside.</returns>
    public static bool TryFind(HttpRequest request, long lengthBytes, out ByteRange range)
    {
        range = new ByteRange(0, lengthBytes);
        if (!RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out RangeHeaderValue? header)
            || header.Unit != "bytes" || header.Ranges.Count != 1)
        {
            return true;
        }

        RangeItemHeaderValue item = header.Ranges.Single();
        long start = item.From ?? Math.Max(0, lengthBytes - item.To!.Value);
        long end = item.From is null ? lengthBytes : Math.Min(lengthBytes, (item.To ?? lengthBytes) + (item.To is null ? 0 : 1));
        range = new ByteRange(start, end - start);
        return range.LengthBytes > 0;
    }

    public string ToContentRange(long lengthBytes) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {Start}-{Start + LengthBytes - 1}/{lengthBytes}");
}
