using MediaServer.Media;

namespace MediaServer.Server.Api;

/// <summary>Puts a track's sequence header into the API's words: as much as it says.</summary>
internal static class TrackDescription
{
    /// <summary>Describes video by its sequence header; there may be none, or one that cannot be read.</summary>
    public static VideoAnswer DescribeVideo(MediaFrame? header)
    {
        byte[] record = ReadRecord(header);
        return header?.Codec switch
        {
            MediaCodec.Avc when AvcConfiguration.TryParse(record, out AvcConfiguration? avc) =>
                new VideoAnswer("H.264", avc.CodecString, avc.Sequence.Width, avc.Sequence.Height),
            MediaCodec.Hevc when HevcConfiguration.TryParse(record, out HevcConfiguration? hevc) =>
                new VideoAnswer("H.265", hevc.CodecString, hevc.Sequence.Width, hevc.Sequence.Height),
            MediaCodec.Av1 when Av1Configuration.TryParse(record, out Av1Configuration? av1) =>
                new VideoAnswer("AV1", av1.CodecString, av1.Sequence.Width, av1.Sequence.Height),
            MediaCodec.Vp9 when Vp9Configuration.TryParse(record, out Vp9Configuration? vp9) =>
                new VideoAnswer("VP9", vp9.CodecString, null, null), // its record does not say how large it is
            { } codec => new VideoAnswer(NameOf(codec), null, null, null),
            null => new VideoAnswer(NameOf(MediaCodec.Unknown), null, null, null),
        };
    }

    /// <summary>Describes audio by its sequence header; there may be none, or one that cannot be read.</summary>
    public static AudioAnswer DescribeAudio(MediaFrame? header)
    {
        byte[] record = ReadRecord(header);
        return header?.Codec switch
        {
            MediaCodec.Aac when AudioSpecificConfig.TryParse(record, out AudioSpecificConfig? aac) =>
                new AudioAnswer(aac.HasSpectralBandReplication ? "HE-AAC" : "AAC", aac.CodecString, aac.OutputSampleRate, aac.Channels),
            MediaCodec.Opus when OpusConfiguration.TryParse(record, out OpusConfiguration? opus) =>
                new AudioAnswer("Opus", OpusConfiguration.CodecString, OpusConfiguration.SampleRate, opus.Channels),
            MediaCodec.Flac when FlacConfiguration.TryParse(record, out FlacConfiguration? flac) =>
                new AudioAnswer("FLAC", FlacConfiguration.CodecString, flac.SampleRate, flac.Channels),
            MediaCodec.Ac3 => new AudioAnswer("AC-3", Ac3Configuration.CodecString, null, null), // its frames say the rest
            MediaCodec.Eac3 => new AudioAnswer("E-AC-3", Eac3Configuration.CodecString, null, null),
            MediaCodec.Mp3 => new AudioAnswer("MP3", Mp3Frame.CodecString, null, null),
            { } codec => new AudioAnswer(NameOf(codec), null, null, null),
            null => new AudioAnswer(NameOf(MediaCodec.Unknown), null, null, null),
        };
    }

    private static string NameOf(MediaCodec codec) => codec switch
    {
        MediaCodec.Avc => "H.264",
        MediaCodec.Hevc => "H.265",
        MediaCodec.Av1 => "AV1",
        MediaCodec.Vp8 => "VP8",
        MediaCodec.Vp9 => "VP9",
        MediaCodec.Aac => "AAC",
        MediaCodec.Opus => "Opus",
        MediaCodec.Flac => "FLAC",
        _ => "unknown",
    };

    private static byte[] ReadRecord(MediaFrame? header)
    {
        byte[] record = new byte[Math.Max(0, header is null ? 0 : header.LengthBytes - header.DataOffset)];
        _ = header?.CopyTo(record, header.DataOffset);
        return record;
    }
}
