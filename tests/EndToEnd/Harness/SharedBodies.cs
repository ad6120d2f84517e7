using System.Collections.Concurrent;

namespace MediaServer.EndToEnd.Harness;

/// <summary>Keeps equal bodies once, so that a test may have hundreds of viewers of one stream.</summary>
internal static class SharedBodies
{
    private static readonly ConcurrentDictionary<int, byte[]> Known = new();

    /// <summary>A body with the same bytes: this one, if none is known.</summary>
    public static byte[] Find(byte[] body)
    {
        var hash = new HashCode();
        hash.AddBytes(body);
        byte[] known = Known.GetOrAdd(hash.ToHashCode(), body);
        return known.AsSpan().SequenceEqual(body) ? known : body;
    }
}
