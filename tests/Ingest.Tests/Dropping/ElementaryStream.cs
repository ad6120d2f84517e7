using System.Buffers.Binary;
using MediaServer.Media;

namespace MediaServer.Ingest.Tests.Dropping;

/// <summary>H.265 samples as units of an Annex B byte stream, AV1 samples as temporal units.</summary>
internal static class ElementaryStream
{
    private static ReadOnlySpan<byte> StartCode => [0, 0, 0, 1];

    private static ReadOnlySpan<byte> TemporalDelimiter => [0x12, 0];

    /// <summary>A sample as a unit of its own.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="header">The configuration that goes before it, if some does.</param>
    public static byte[] UnitOf(ReceivedFrame sample, ReceivedFrame? header)
    {
        if (sample.Codec == MediaCodec.Av1)
        {
            const int FixedBytes = 4; // of a configuration record, before its units
            return [.. TemporalDelimiter, .. header is null ? [] : header.Sample[FixedBytes..], .. sample.Sample];
        }

        byte[] before = header is null ? [] : ParameterSetsOf(header);
        byte[] unit = [.. before, .. sample.Sample];
        for (int at = before.Length; at < unit.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(unit.AsSpan(at));
            StartCode.CopyTo(unit.AsSpan(at)); // as long as the length that it replaces
            at += StartCode.Length + length;
        }

        return unit;
    }

    private static byte[] ParameterSetsOf(ReceivedFrame header)
    {
        Assert.True(HevcConfiguration.TryParse(header.Sample, out HevcConfiguration? hevc) && hevc.NalLengthSize == StartCode.Length);
        var sets = new List<byte>();
        foreach (ReadOnlyMemory<byte> set in hevc.VideoParameterSets.Concat(hevc.SequenceParameterSets).Concat(hevc.PictureParameterSets))
        {
            sets.AddRange(StartCode);
            sets.AddRange(set.Span);
        }

        return [.. sets];
    }
}
