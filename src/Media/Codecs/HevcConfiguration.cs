using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MediaServer.Media;

/// <summary>How to decode an H.265 track: an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 §8.3.2.1), as FLV's sequence header carries it.</summary>
public sealed class HevcConfiguration
{
    private const int FixedBytes = 23;

    private readonly ParameterSetArrays _arrays;

    private HevcConfiguration(byte[] record, int nalLengthSize, HevcSequenceParameters sequence, ParameterSetArrays arrays)
    {
        Record = record;
        NalLengthSize = nalLengthSize;
        Sequence = sequence;
        _arrays = arrays;
    }

    /// <summary>The record itself, a copy: what an <c>hvcC</c> box holds.</summary>
    public ReadOnlyMemory<byte> Record { get; }

    /// <summary>Bytes of the length before each NAL unit of a sample: 1, 2 or 4.</summary>
    public int NalLengthSize { get; }

    /// <summary>What the first sequence parameter set says; the record's own copy of it is not trusted.</summary>
    public HevcSequenceParameters Sequence { get; }

    /// <summary>The video parameter sets: NAL units without length or start code.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> VideoParameterSets => _arrays.Video;

    /// <summary>The sequence parameter sets, likewise; at least one.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> SequenceParameterSets => _arrays.Sequence;

    /// <summary>The picture parameter sets, likewise.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PictureParameterSets => _arrays.Picture;

    /// <summary>
    /// The codec's name in playlists and for browsers (ISO/IEC 14496-15 annex E.3), such as <c>hvc1.1.6.L93.B0</c>: profile space and
    /// profile, compatibility flags with the lowest bit first, tier and level, and the constraint bytes up to the last that is not 0.
    /// </summary>
    public string CodecString
    {
        get
        {
            var name = new StringBuilder("hvc1.");
            if (Sequence.ProfileSpace > 0)
            {
                name.Append((char)('A' + Sequence.ProfileSpace - 1));
            }

            name.Append($"{Sequence.Profile}.{ReverseBits(Sequence.CompatibilityFlags):X}.{(Sequence.IsHighTier ? 'H' : 'L')}{Sequence.Level}");
            for (ulong rest = Sequence.ConstraintFlags << 16; rest != 0; rest <<= 8)
            {
                name.Append($".{rest >> 56:X}");
            }

            return name.ToString();
        }
    }

    /// <summary>Reads a record.</summary>
    /// <returns>Whether it is one with at least one sequence parameter set, the first of them readable.</returns>
    public static bool TryParse(ReadOnlySpan<byte> record, [NotNullWhen(true)] out HevcConfiguration? configuration)
    {
        const int Version = 1;
        configuration = null;
        if (record.Length < FixedBytes || record[0] != Version || (record[21] & 3) == 2)
        {
            return false;
        }

        byte[] owned = record.ToArray();
        if (!TryReadArrays(owned, out ParameterSetArrays arrays) || arrays.Sequence.Count == 0
            || !HevcSequenceParameters.TryParse(arrays.Sequence[0].Span, out HevcSequenceParameters? sequence))
        {
            return false;
        }

        configuration = new HevcConfiguration(owned, (record[21] & 3) + 1, sequence, arrays);
        return true;
    }

    /// <summary>This configuration with other parameter sets, each in the place of the one with its type and identifier, or behind the others.</summary>
    /// <returns>Whether the sets have identifiers, fit in a record, the first sequence parameter set can be read, and the record is another one.</returns>
    internal bool TryReplace(List<byte[]> sets, [NotNullWhen(true)] out HevcConfiguration? changed)
    {
        changed = null;
        var arrays = new ParameterSetArrays([.. _arrays.Video], [.. _arrays.Sequence], [.. _arrays.Picture], _arrays.Supplemental);
        ReadOnlySpan<int> types = [HevcNalUnit.VideoParametersType, HevcNalUnit.SequenceParametersType, HevcNalUnit.PictureParametersType];
        foreach (int type in types)
        {
            if (!ParameterSets.TryMerge(arrays.Of(type)!, sets.FindAll(set => HevcNalUnit.TypeOf(set[0]) == type), HevcNalUnit.ReadSetId))
            {
                return false;
            }
        }

        return HevcSequenceParameters.TryParse(arrays.Sequence[0].Span, out HevcSequenceParameters? sequence)
            && TryWrite(NalLengthSize, sequence, arrays, out byte[] record)
            && !record.AsSpan().SequenceEqual(Record.Span)
            && TryParse(record, out changed);
    }

    private static bool TryReadArrays(ReadOnlyMemory<byte> record, out ParameterSetArrays arrays)
    {
        const int ArrayHeaderBytes = 3;
        const int MaxSetsOfType = 64; // there are no more identifiers
        arrays = new ParameterSetArrays([], [], [], []);
        int count = record.Span[FixedBytes - 1];
        ReadOnlyMemory<byte> rest = record[FixedBytes..];
        for (; count > 0; count--)
        {
            if (rest.Length < ArrayHeaderBytes)
            {
                return false;
            }

            int type = rest.Span[0] & 0x3F;
            int units = BinaryPrimitives.ReadUInt16BigEndian(rest.Span[1..]);
            rest = rest[ArrayHeaderBytes..];
            List<ReadOnlyMemory<byte>>? sets = arrays.Of(type);
            if (!ParameterSets.TryRead(ref rest, units, sets) || sets?.Count > MaxSetsOfType)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryWrite(int nalLengthSize, HevcSequenceParameters sequence, ParameterSetArrays arrays, out byte[] record)
    {
        Span<byte> head = stackalloc byte[FixedBytes];
        head[0] = 1;
        head[1] = (byte)((sequence.ProfileSpace << 6) | (sequence.IsHighTier ? 0x20 : 0) | sequence.Profile);
        BinaryPrimitives.WriteUInt32BigEndian(head[2..], sequence.CompatibilityFlags);
        BinaryPrimitives.WriteUInt64BigEndian(head[6..], sequence.ConstraintFlags << 16);
        head[12] = sequence.Level;
        head[13] = 0xF0; // no minimum of spatial segmentation
        head[15] = 0xFC; // parallelism unknown
        head[16] = (byte)(0xFC | sequence.ChromaFormat);
        head[17] = (byte)(0xF8 | (sequence.LumaBitDepth - 8));
        head[18] = (byte)(0xF8 | (sequence.ChromaBitDepth - 8));
        head[21] = (byte)((sequence.SubLayers << 3) | (sequence.IsTemporalIdNested ? 4 : 0) | (nalLengthSize - 1));

        var bytes = new List<byte>();
        bytes.AddRange(head);
        bool fits = true;
        ReadOnlySpan<int> types =
        [
            HevcNalUnit.VideoParametersType, HevcNalUnit.SequenceParametersType, HevcNalUnit.PictureParametersType, HevcNalUnit.PrefixSupplementalType,
        ];
        foreach (int type in types)
        {
            const int IsComplete = 0x80; // none of this type has to be looked for in band
            List<ReadOnlyMemory<byte>> units = arrays.Of(type)!;
            if (units.Count > 0)
            {
                bytes[FixedBytes - 1]++;
                bytes.AddRange([(byte)(IsComplete | type), (byte)(units.Count >> 8), (byte)units.Count]);
                fits &= units.Count <= ushort.MaxValue && ParameterSets.TryAddTo(bytes, units);
            }
        }

        record = [.. bytes];
        return fits && record.Length <= ParameterSets.MaxRecordBytes;
    }

    private static uint ReverseBits(uint value)
    {
        uint reversed = 0;
        for (int i = 0; i < 32; i++, value >>= 1)
        {
            reversed = (reversed << 1) | (value & 1);
        }

        return reversed;
    }

    private readonly record struct ParameterSetArrays(
        List<ReadOnlyMemory<byte>> Video,
        List<ReadOnlyMemory<byte>> Sequence,
        List<ReadOnlyMemory<byte>> Picture,
        List<ReadOnlyMemory<byte>> Supplemental)
    {
        /// <summary>Where units of a type belong; null for types that a record need not have.</summary>
        public List<ReadOnlyMemory<byte>>? Of(int type) => type switch
        {
            HevcNalUnit.VideoParametersType => Video,
            HevcNalUnit.SequenceParametersType => Sequence,
            HevcNalUnit.PictureParametersType => Picture,
            HevcNalUnit.PrefixSupplementalType => Supplemental,
            _ => null,
        };
    }
}
