using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace MediaServer.Playback;

/// <summary>Writes the head of an HTTP/1.1 response (RFC 9112 §4, §5).</summary>
internal static class ResponseHead
{
    /// <summary>Writes status line, header fields and the empty line. The server has checked the fields when they were set.</summary>
    public static void Write(IBufferWriter<byte> output, HttpResponse response)
    {
        int status = response.StatusCode;
        Write(output, $"HTTP/1.1 {status.ToString(CultureInfo.InvariantCulture)} {ReasonPhrases.GetReasonPhrase(status)}\r\n");
        foreach ((string name, StringValues values) in response.Headers)
        {
            foreach (string? value in values)
            {
                Write(output, $"{name}: {value}\r\n");
            }
        }

        Write(output, "\r\n");
    }

    private static void Write(IBufferWriter<byte> output, string text) => Encoding.Latin1.GetBytes(text, output);
}
