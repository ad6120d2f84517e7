using MediaServer.Media;

namespace MediaServer.Ingest;

/// <summary>Copies payloads that are kept for the life of a stream.</summary>
internal static class OwnedBytes
{
    /// <summary>A decoder's configuration or metadata is some hundred bytes; a record of 31 parameter sets still fits.</summary>
    private const int MaxLengthBytes = 64 * 1024;

    /// <summary>Copies a payload, unless it is too long to be configuration.</summary>
    public static bool TryCopy(PayloadBuilder payload, out byte[] body)
    {
        body = payload.LengthBytes <= MaxLengthBytes ? new byte[payload.LengthBytes] : [];
        return payload.CopyPrefix(body) == payload.LengthBytes;
    }
}
