using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;

namespace MediaServer.Hls;

/// <summary>What a sequence header says of a track: the init segment made from it, and what playlists tell of it.</summary>
internal sealed class TrackFormat
{
    private const int LowestSampleRate = 4_000; // below and above, a frame would last as long as the publisher likes
    private const int HighestSampleRate = 192_000;

    private TrackFormat(MediaFrame header, int number, byte[] initBytes, int timescale, string codecs)
    {
        Header = header;
        Number = number;
        InitBytes = initBytes;
        Timescale = timescale;
        Codecs = codecs;
    }

    /// <summary>The sequence header; it owns its bytes, so it can be compared with later ones for as long as one likes.</summary>
    public MediaFrame Header { get; }

    /// <summary>Number among the track's formats, from 1.</summary>
    public int Number { get; }

    public byte[] InitBytes { get; }

    public int Timescale { get; }

    public string Codecs { get; }

    /// <summary>Ticks that every sample lasts; 0 when that is not fixed (video).</summary>
    public int SampleDuration { get; private init; }

    public int Width { get; private init; }

    public int Height { get; private init; }

    /// <summary>Frames a second as the encoder states it.</summary>
    public double? FrameRate { get; private init; }

    public int Channels { get; private init; }

    public static bool TryRead(MediaFrame header, int number, [NotNullWhen(true)] out TrackFormat? format)
    {
        byte[] record = new byte[Math.Max(0, header.LengthBytes - header.DataOffset)];
        _ = header.CopyTo(record, header.DataOffset);
        format = header.Codec switch
        {
            MediaCodec.Avc when AvcConfiguration.TryParse(record, out AvcConfiguration? avc) =>
                new TrackFormat(header, number, CmafInitSegment.Write(avc), CmafInitSegment.VideoTimescale, avc.CodecString)
                {
                    Width = avc.Sequence.Width,
                    Height = avc.Sequence.Height,
                    FrameRate = avc.Sequence.FrameRate,
                },
            MediaCodec.Aac when AudioSpecificConfig.TryParse(record, out AudioSpecificConfig? aac)
                && aac.SampleRate is >= LowestSampleRate and <= HighestSampleRate =>
                new TrackFormat(header, number, CmafInitSegment.Write(aac), aac.SampleRate, aac.CodecString)
                {
                    SampleDuration = aac.SamplesPerFrame,
                    Channels = aac.Channels,
                },
            _ => null,
        };
        return format is not null;
    }
}
