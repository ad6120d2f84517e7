using System.Buffers.Binary;

namespace MediaServer.Media.Tests.Codecs;

/// <summary>What a real encoder wrote: a configuration record, and samples. <c>Fixtures/make-fixtures.py</c> says how it was made.</summary>
/// <param name="Record">The record; empty where the codec has none.</param>
/// <param name="Samples">The samples in decoding order.</param>
/// <param name="Letters">For video, what ffmpeg's trace of the bitstream makes of each sample; the script explains the letters.</param>
internal sealed record CodecFixture(byte[] Record, IReadOnlyList<byte[]> Samples, IReadOnlyList<string> Letters)
{
    public static CodecFixture Read(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Codecs", "Fixtures", name);
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path + ".bin");
        var parts = new List<byte[]>();
        while (!rest.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(rest);
            parts.Add(rest.Slice(4, length).ToArray());
            rest = rest[(4 + length)..];
        }

        return new CodecFixture(parts[0], parts[1..], File.Exists(path + ".txt") ? File.ReadAllText(path + ".txt").Split() : []);
    }

    /// <summary>The codec that the name of a fixture begins with.</summary>
    public static MediaCodec CodecOf(string name) => Enum.Parse<MediaCodec>(name.Split('-')[0], ignoreCase: true);
}
