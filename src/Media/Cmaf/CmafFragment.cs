namespace MediaServer.Media;

/// <summary>
/// Writes what stands before the samples of a movie fragment: the <c>moof</c> box and the header of the <c>mdat</c> box (ISO/IEC 23000-19
/// §7.3.2). The samples' bytes follow as they are and are never copied: the payload of an FLV frame behind its
/// <see cref="MediaFrame.DataOffset"/> is a sample.
/// </summary>
public static class CmafFragment
{
    private const uint DefaultDuration = 0x08;
    private const uint DefaultFlags = 0x20;
    private const uint DefaultBaseIsMoof = 0x02_0000;
    private const uint DataOffset = 0x001;
    private const uint SampleDuration = 0x100;
    private const uint SampleSize = 0x200;
    private const uint SampleFlags = 0x400;
    private const uint SampleCompositionOffset = 0x800;
    private const int MoofBytesAtMost = 8 + 16 + 8 + 24 + 20 + 20; // moof, mfhd, traf, tfhd, tfdt, trun without samples
    private const int BytesPerSampleAtMost = 16;
    private const int MdatHeaderBytes = 8;

    /// <summary>Writes the <c>moof</c> box and the header of the <c>mdat</c> box for the one track of a CMAF file.</summary>
    /// <param name="sequenceNumber">Number of the fragment, rising from 1.</param>
    /// <param name="baseMediaDecodeTime">Decoding time of the first sample in ticks of the track's timescale, from 0.</param>
    /// <param name="samples">The samples in decoding order, at least one.</param>
    /// <returns>The bytes to send before the samples.</returns>
    /// <exception cref="OverflowException">The samples do not fit in the 4 GiB of a box.</exception>
    public static byte[] WriteHeader(uint sequenceNumber, long baseMediaDecodeTime, ReadOnlySpan<CmafSample> samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(baseMediaDecodeTime);
        ArgumentOutOfRangeException.ThrowIfZero(samples.Length, nameof(samples));

        uint perSample = FieldsThatDiffer(samples);
        byte[] buffer = new byte[MoofBytesAtMost + (samples.Length * BytesPerSampleAtMost) + MdatHeaderBytes];
        var writer = new BoxWriter(buffer);
        int moof = writer.Begin("moof"u8);

        int mfhd = writer.BeginFull("mfhd"u8, 0, 0);
        writer.UInt32(sequenceNumber);
        writer.End(mfhd);

        int traf = writer.Begin("traf"u8);
        WriteDefaults(ref writer, perSample, samples[0]);

        int tfdt = writer.BeginFull("tfdt"u8, 1, 0);
        writer.UInt64((ulong)baseMediaDecodeTime);
        writer.End(tfdt);

        uint payloadBytes = WriteRun(ref writer, perSample, samples, moof);
        writer.End(traf);
        writer.End(moof);

        writer.UInt32(checked(MdatHeaderBytes + payloadBytes));
        writer.Write("mdat"u8);
        return buffer[..writer.LengthBytes];
    }

    private static uint FieldsThatDiffer(ReadOnlySpan<CmafSample> samples)
    {
        uint fields = 0;
        foreach (CmafSample sample in samples)
        {
            fields |= sample.Duration != samples[0].Duration ? SampleDuration : 0;
            fields |= sample.Flags != samples[0].Flags ? SampleFlags : 0;
            fields |= sample.CompositionOffset != 0 ? SampleCompositionOffset : 0;
        }

        return fields;
    }

    private static void WriteDefaults(ref BoxWriter writer, uint perSample, CmafSample first)
    {
        bool sameDuration = (perSample & SampleDuration) == 0;
        bool sameFlags = (perSample & SampleFlags) == 0;
        int tfhd = writer.BeginFull("tfhd"u8, 0, DefaultBaseIsMoof | (sameDuration ? DefaultDuration : 0) | (sameFlags ? DefaultFlags : 0));
        writer.UInt32(CmafInitSegment.TrackId);
        if (sameDuration)
        {
            writer.UInt32(first.Duration);
        }

        if (sameFlags)
        {
            writer.UInt32(first.Flags);
        }

        writer.End(tfhd);
    }

    private static uint WriteRun(ref BoxWriter writer, uint perSample, ReadOnlySpan<CmafSample> samples, int moof)
    {
        int fieldsPerSample = 1 + System.Numerics.BitOperations.PopCount(perSample);
        int trun = writer.BeginFull("trun"u8, 1, DataOffset | SampleSize | perSample);
        writer.UInt32((uint)samples.Length);
        int moofEnd = writer.LengthBytes + sizeof(uint) + (samples.Length * fieldsPerSample * sizeof(uint));
        writer.UInt32((uint)(moofEnd - moof + MdatHeaderBytes));

        uint payloadBytes = 0;
        foreach (CmafSample sample in samples)
        {
            if ((perSample & SampleDuration) != 0)
            {
                writer.UInt32(sample.Duration);
            }

            writer.UInt32((uint)sample.LengthBytes);
            if ((perSample & SampleFlags) != 0)
            {
                writer.UInt32(sample.Flags);
            }

            if ((perSample & SampleCompositionOffset) != 0)
            {
                writer.UInt32(unchecked((uint)sample.CompositionOffset));
            }

            payloadBytes = checked(payloadBytes + (uint)sample.LengthBytes);
        }

        writer.End(trun);
        return payloadBytes;
    }
}
