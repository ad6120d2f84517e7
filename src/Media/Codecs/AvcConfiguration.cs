using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>How to decode an H.264 track: an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1), as FLV's sequence header carries it.</summary>
public sealed class AvcConfiguration
{
    private AvcConfiguration(
        byte[] record,
        int nalLengthSize,
        AvcSequenceParameters sequence,
        IReadOnlyList<ReadOnlyMemory<byte>> sequenceParameterSets,
        IReadOnlyList<ReadOnlyMemory<byte>> pictureParameterSets)
    {
        Record = record;
        NalLengthSize = nalLengthSize;
        Sequence = sequence;
        SequenceParameterSets = sequenceParameterSets;
        PictureParameterSets = pictureParameterSets;
    }

    /// <summary>The record itself, a copy: what an <c>avcC</c> box holds.</summary>
    public ReadOnlyMemory<byte> Record { get; }

    /// <summary>Bytes of the length before each NAL unit of a sample: 1, 2 or 4.</summary>
    public int NalLengthSize { get; }

    /// <summary>What the first sequence parameter set says.</summary>
    public AvcSequenceParameters Sequence { get; }

    /// <summary><c>profile_idc</c> of the first sequence parameter set; the record's own copy of it is not trusted.</summary>
    public byte Profile => Sequence.Profile;

    /// <summary>The constraint flags of the first sequence parameter set.</summary>
    public byte Compatibility => Sequence.Compatibility;

    /// <summary><c>level_idc</c> of the first sequence parameter set.</summary>
    public byte Level => Sequence.Level;

    /// <summary>The sequence parameter sets: NAL units without length or start code, slices of <see cref="Record"/>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> SequenceParameterSets { get; }

    /// <summary>The picture parameter sets, likewise.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PictureParameterSets { get; }

    /// <summary>The codec's name in playlists and for browsers (RFC 6381 §3.3), such as <c>avc1.64001F</c>.</summary>
    public string CodecString => $"avc1.{Profile:X2}{Compatibility:X2}{Level:X2}";

    /// <summary>Reads a record. What follows the picture parameter sets (chroma format, further sets) is kept, and not looked at.</summary>
    /// <returns>Whether it is one with at least one sequence parameter set, the first of them readable.</returns>
    public static bool TryParse(ReadOnlySpan<byte> record, [NotNullWhen(true)] out AvcConfiguration? configuration)
    {
        const int Version = 1;
        const int FixedBytes = 6;

        configuration = null;
        if (record.Length < FixedBytes || record[0] != Version || (record[4] & 3) == 2)
        {
            return false;
        }

        byte[] owned = record.ToArray();
        ReadOnlyMemory<byte> rest = owned.AsMemory(FixedBytes);
        List<ReadOnlyMemory<byte>> sequenceSets = [];
        if (!ParameterSets.TryRead(ref rest, record[5] & 0x1F, sequenceSets) || sequenceSets.Count == 0
            || !AvcSequenceParameters.TryParse(sequenceSets[0].Span, out AvcSequenceParameters? sequence) || rest.IsEmpty)
        {
            return false;
        }

        int pictureCount = rest.Span[0];
        rest = rest[1..];
        List<ReadOnlyMemory<byte>> pictureSets = [];
        if (!ParameterSets.TryRead(ref rest, pictureCount, pictureSets))
        {
            return false;
        }

        configuration = new AvcConfiguration(owned, (record[4] & 3) + 1, sequence, sequenceSets, pictureSets);
        return true;
    }

    /// <summary>This configuration with other parameter sets, each in the place of the one with its type and identifier, or behind the others.</summary>
    /// <returns>Whether the sets have identifiers, fit in a record, the first sequence parameter set can be read, and the record is another one.</returns>
    internal bool TryReplace(List<byte[]> sets, [NotNullWhen(true)] out AvcConfiguration? changed)
    {
        changed = null;
        List<ReadOnlyMemory<byte>> sequenceSets = [.. SequenceParameterSets];
        List<ReadOnlyMemory<byte>> pictureSets = [.. PictureParameterSets];
        if (!ParameterSets.TryMerge(sequenceSets, sets.FindAll(IsSequenceSet), AvcNalUnit.ReadSetId)
            || !ParameterSets.TryMerge(pictureSets, sets.FindAll(set => !IsSequenceSet(set)), AvcNalUnit.ReadSetId))
        {
            return false;
        }

        return TryWrite(NalLengthSize, sequenceSets, pictureSets, out byte[] record)
            && !record.AsSpan().SequenceEqual(Record.Span) && TryParse(record, out changed);
    }

    private static bool IsSequenceSet(byte[] set) => AvcNalUnit.TypeOf(set[0]) == AvcNalUnit.SequenceParametersType;

    private static bool TryWrite(
        int nalLengthSize, List<ReadOnlyMemory<byte>> sequenceSets, List<ReadOnlyMemory<byte>> pictureSets, out byte[] record)
    {
        const int MaxSequenceSets = 31;
        record = [];
        if (sequenceSets.Count > MaxSequenceSets || pictureSets.Count > byte.MaxValue
            || !AvcSequenceParameters.TryParse(sequenceSets[0].Span, out AvcSequenceParameters? sequence))
        {
            return false;
        }

        List<byte> bytes = [1, sequence.Profile, sequence.Compatibility, sequence.Level, (byte)(0xFC | (nalLengthSize - 1))];
        bytes.Add((byte)(0xE0 | sequenceSets.Count));
        bool fits = ParameterSets.TryAddTo(bytes, sequenceSets);
        bytes.Add((byte)pictureSets.Count);
        fits &= ParameterSets.TryAddTo(bytes, pictureSets);
        if (sequence.Profile is 100 or 110 or 122 or 144)
        {
            const byte NoExtensions = 0;
            bytes.AddRange(
            [
                (byte)(0xFC | sequence.ChromaFormat),
                (byte)(0xF8 | (sequence.LumaBitDepth - 8)),
                (byte)(0xF8 | (sequence.ChromaBitDepth - 8)),
                NoExtensions,
            ]);
        }

        record = [.. bytes];
        return fits && record.Length <= ParameterSets.MaxRecordBytes;
    }
}
