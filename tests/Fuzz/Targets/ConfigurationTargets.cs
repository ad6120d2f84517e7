using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>A target for each configuration and frame header that is read.</summary>
internal static class ConfigurationTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        new ConfigurationTarget("hevc-configuration", CheckHevc, [.. Headers("hevc-aac", MediaKind.Video), .. Headers("hevc-hdr-ac3", MediaKind.Video)]),
        new ConfigurationTarget("av1-configuration", CheckAv1, Headers("av1-opus", MediaKind.Video)),
        new ConfigurationTarget("vp9-configuration", CheckVp9, Headers("vp9-flac", MediaKind.Video)),
        new ConfigurationTarget("opus-configuration", CheckOpus, [[], .. Headers("av1-opus", MediaKind.Audio), .. Headers("multitrack", MediaKind.Audio)]),
        new ConfigurationTarget("flac-configuration", CheckFlac, Headers("vp9-flac", MediaKind.Audio)),
        new ConfigurationTarget("ac3-frame", CheckAc3, Frames("hevc-hdr-ac3", MediaKind.Audio, 3)),
        new ConfigurationTarget("eac3-frame", CheckEac3, Frames("h264-eac3", MediaKind.Audio, 3)),
        new ConfigurationTarget("mp3-frame", CheckMp3, [0xFF, 0xFB, 0x90, 0x64, 0, 0], [0xFF, 0xF3, 0x48, 0xC4], [0xFF, 0xE3, 0x18, 0xC4]),
    ];

    /// <summary>What stands behind the headers of a file's configuration tags.</summary>
    public static byte[][] Headers(string file, MediaKind kind) => Bodies(file, kind, FlvPacketType.SequenceHeader, 16);

    /// <summary>What stands behind the headers of a file's first frames.</summary>
    public static byte[][] Frames(string file, MediaKind kind, int count) => Bodies(file, kind, FlvPacketType.Frame, count);

    private static byte[][] Bodies(string file, MediaKind kind, FlvPacketType type, int count)
    {
        var bodies = new List<byte[]>();
        foreach (FlvTag tag in SampleStream.ReadTags(Path.Combine("enhanced", $"{file}.flv")).Where(tag => tag.Kind == kind && bodies.Count < count))
        {
            byte[] body = tag.Body.ToArray();
            if (FlvMediaHeader.TryParse(kind, body, out FlvMediaHeader header) && header.PacketType == type)
            {
                bodies.Add(body[header.DataOffset..]);
            }
        }

        return [.. bodies];
    }

    private static bool CheckHevc(byte[] input, ref Fingerprint outcome)
    {
        if (!HevcConfiguration.TryParse(input, out HevcConfiguration? configuration))
        {
            return false;
        }

        HevcSequenceParameters sequence = configuration.Sequence;
        AssertPicture(sequence.Width, sequence.Height, sequence.FrameRate);
        Oracle.Holds(configuration.NalLengthSize is 1 or 2 or 4, "a length of three bytes");
        Oracle.Holds(sequence.LumaBitDepth is >= 8 and <= 16 && sequence.ChromaBitDepth is >= 8 and <= 16, "no bit depth");
        Oracle.Holds(sequence.SubLayers is >= 1 and <= 7, "no number of layers");
        Oracle.Holds(configuration.CodecString.StartsWith("hvc1.", StringComparison.Ordinal) && configuration.CodecString.Length < 64, "no codec string");
        Oracle.Holds(HevcConfiguration.TryParse(configuration.Record.Span, out HevcConfiguration? again) && again.CodecString == configuration.CodecString, "its record says something else");
        outcome.Add(sequence.ChromaFormat);
        outcome.Add(sequence.SubLayers);
        outcome.Add(sequence.Color.Transfer);
        outcome.Add(sequence.FrameRate is null);
        return true;
    }

    private static bool CheckAv1(byte[] input, ref Fingerprint outcome)
    {
        if (!Av1Configuration.TryParse(input, out Av1Configuration? configuration))
        {
            return false;
        }

        Av1SequenceHeader sequence = configuration.Sequence;
        AssertPicture(sequence.Width, sequence.Height, sequence.FrameRate);
        Oracle.Holds(sequence.BitDepth is 8 or 10 or 12, "no bit depth");
        Oracle.Holds(configuration.CodecString.StartsWith("av01.", StringComparison.Ordinal) && configuration.CodecString.Length < 64, "no codec string");
        Oracle.Holds(Av1Configuration.TryParse(configuration.Record.Span, out Av1Configuration? again) && again.CodecString == configuration.CodecString, "its record says something else");
        outcome.Add(sequence.Profile);
        outcome.Add(sequence.IsMonochrome);
        outcome.Add(sequence.Color.Transfer);
        outcome.Add(sequence.FrameRate is null);
        return true;
    }

    private static bool CheckVp9(byte[] input, ref Fingerprint outcome)
    {
        if (!Vp9Configuration.TryParse(input, out Vp9Configuration? configuration))
        {
            return false;
        }

        Oracle.Holds(configuration.CodecString.StartsWith("vp", StringComparison.Ordinal) && configuration.CodecString.Length < 64, "no codec string");
        Oracle.Holds(configuration.BitDepth is >= 0 and <= 15 && configuration.ChromaSubsampling <= 7, "more than its bits hold");
        outcome.Add(configuration.Profile & 3);
        outcome.Add(configuration.BitDepth);
        return true;
    }

    private static bool CheckOpus(byte[] input, ref Fingerprint outcome)
    {
        if (input.Length > 0)
        {
            outcome.Add(AssertSamples(OpusConfiguration.CountSamples(input), 5_760));
        }

        if (!OpusConfiguration.TryParse(input, out OpusConfiguration? configuration))
        {
            return false;
        }

        Oracle.Holds(configuration.Channels is >= 1 and <= 255, "no number of channels");
        Oracle.Holds(configuration.MappingTable.Length is 0 || configuration.MappingTable.Length == configuration.Channels + 2, "a table for other channels");
        outcome.Add(configuration.Channels);
        outcome.Add(configuration.MappingFamily);
        return true;
    }

    private static bool CheckFlac(byte[] input, ref Fingerprint outcome)
    {
        outcome.Add(AssertSamples(FlacConfiguration.CountSamples(input), 65_536));
        if (!FlacConfiguration.TryParse(input, out FlacConfiguration? configuration))
        {
            return false;
        }

        Oracle.Holds(configuration.Channels is >= 1 and <= 8 && configuration.BitsPerSample is >= 4 and <= 32, "no channels, or no bits");
        Oracle.Holds(configuration.SampleRate is >= 1 and < 1 << 20 && configuration.MaxBlockSize is >= 1 and <= 65_535, "no rate, or no length of a block");
        outcome.Add(configuration.Channels);
        outcome.Add(configuration.BitsPerSample);
        return true;
    }

    private static bool CheckAc3(byte[] input, ref Fingerprint outcome)
    {
        if (!Ac3Configuration.TryParse(input, out Ac3Configuration? configuration))
        {
            return false;
        }

        Oracle.Holds(configuration.SampleRate is 48_000 or 44_100 or 32_000 && configuration.Channels is >= 1 and <= 6, "no rate, or no channels");
        outcome.Add(configuration.SampleRateCode);
        outcome.Add(configuration.Channels);
        outcome.Add(configuration.BitRateCode);
        return true;
    }

    private static bool CheckEac3(byte[] input, ref Fingerprint outcome)
    {
        outcome.Add(Math.Min(AssertSamples(Eac3Configuration.CountSamples(input), input.Length / 2 * 1_536), 4 * 1_536)); // tiny frames count, too
        if (!Eac3Configuration.TryParse(input, out Eac3Configuration? configuration))
        {
            return false;
        }

        Oracle.Holds(configuration.SampleRate is >= 16_000 and <= 48_000 && configuration.Channels is >= 1 and <= 6, "no rate, or no channels");
        Oracle.Holds(configuration.SamplesPerFrame is 256 or 512 or 768 or 1536 && configuration.BitRate > 0, "no length of a frame, or no bit rate");
        outcome.Add(configuration.SampleRate);
        outcome.Add(configuration.Channels);
        outcome.Add(configuration.SamplesPerFrame);
        return true;
    }

    private static bool CheckMp3(byte[] input, ref Fingerprint outcome)
    {
        if (!Mp3Frame.TryParse(input, out Mp3Frame frame))
        {
            return false;
        }

        Oracle.Holds(frame.SampleRate is >= 8_000 and <= 48_000 && frame.Channels is 1 or 2, "no rate, or no channels");
        Oracle.Holds(frame.SamplesPerFrame is 384 or 576 or 1152 && frame.BitRate >= 0, "no length of a frame");
        outcome.Add(frame.SampleRate);
        outcome.Add(frame.BitRate);
        return true;
    }

    private static void AssertPicture(int width, int height, double? frameRate)
    {
        Oracle.Holds(width is >= 1 and <= 65_536 && height is >= 1 and <= 65_536, "a size that no sample entry holds");
        Oracle.Holds(frameRate is null or (> 0 and <= 1000), "no frame rate");
    }

    private static int AssertSamples(int samples, int most)
    {
        Oracle.Holds(samples >= 0 && samples <= most, "a packet that lasts for ever");
        return samples;
    }
}
