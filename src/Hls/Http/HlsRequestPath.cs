using MediaServer.Media;

namespace MediaServer.Hls;

/// <summary>What a path asks for: a stream's multivariant playlist, or a file in an epoch's folder.</summary>
/// <param name="Key">The stream.</param>
/// <param name="Epoch">The epoch; empty for the multivariant playlist.</param>
/// <param name="Name">The last segment.</param>
internal readonly record struct HlsRequestPath(StreamKey Key, string Epoch, string Name)
{
    public bool IsMultivariant => Epoch.Length == 0;

    /// <summary>Reads a decoded path. It is only taken apart: what can be fetched is looked up by name, never on a disk.</summary>
    public static bool TryParse(ReadOnlySpan<char> path, out HlsRequestPath request)
    {
        request = default;
        int slash = path.LastIndexOf('/');
        if (slash <= 0)
        {
            return false;
        }

        ReadOnlySpan<char> name = path[(slash + 1)..];
        ReadOnlySpan<char> folder = path[..slash];
        string epoch = "";
        if (!name.SequenceEqual(ResourceName.Multivariant))
        {
            slash = folder.LastIndexOf('/');
            if (slash <= 0)
            {
                return false;
            }

            epoch = folder[(slash + 1)..].ToString();
            folder = folder[..slash];
        }

        if (!StreamKey.TryParse(folder, out StreamKey key, out _))
        {
            return false;
        }

        request = new HlsRequestPath(key, epoch, name.ToString());
        return true;
    }
}
