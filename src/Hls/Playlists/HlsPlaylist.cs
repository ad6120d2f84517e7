using System.IO.Compression;
using System.Text;

namespace MediaServer.Hls;

/// <summary>A playlist as it is sent: written once, compressed once, by the first request that wants it so.</summary>
internal sealed class HlsPlaylist
{
    private readonly Lazy<byte[]> _compressed;

    public HlsPlaylist(string text)
    {
        Bytes = Encoding.UTF8.GetBytes(text);
        _compressed = new Lazy<byte[]>(Compress);
    }

    public byte[] Bytes { get; }

    public byte[] CompressedBytes => _compressed.Value;

    private byte[] Compress()
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
        {
            gzip.Write(Bytes);
        }

        return output.ToArray();
    }
}
