namespace MediaServer.Media;

/// <summary>What the bitstream of one H.264 sample says of it, whatever flags its container sets.</summary>
/// <param name="IsRandomAccess">Decoding can begin here: an IDR picture, or a recovery point that needs no frame before it.</param>
/// <param name="IsDisposable">No other picture refers to it, and it carries nothing else that a decoder needs: it can be left out alone.</param>
/// <param name="HasParameterSets">It carries sequence or picture parameter sets in band.</param>
public readonly record struct AvcSample(bool IsRandomAccess, bool IsDisposable, bool HasParameterSets)
{
    /// <summary>NAL units that a sample may have. A picture of the highest level has some hundreds of slices at most (H.264 table A-1).</summary>
    public const int MaxNalUnits = 4096;

    /// <summary>Walks the NAL units of a sample where they lie. Copies nothing, allocates nothing, looks at few bytes of each.</summary>
    /// <param name="payload">The sample's bytes in order, as <see cref="PayloadBuilder.Fragments"/>; what precedes the sample too.</param>
    /// <param name="dataOffset">Bytes before the first NAL unit's length: 5 in an FLV tag body.</param>
    /// <param name="nalLengthSize">Bytes of each length, 1 to 4.</param>
    /// <param name="sample">What was found; of a malformed sample nothing.</param>
    /// <returns>Whether the lengths add up. Empty units are passed over; more than <see cref="MaxNalUnits"/> are malformed.</returns>
    public static bool Classify(ReadOnlySpan<FrameFragment> payload, int dataOffset, int nalLengthSize, out AvcSample sample)
    {
        sample = default;
        var bytes = new FragmentReader(payload);
        if (!bytes.TrySkip(dataOffset))
        {
            return false;
        }

        bool hasSlices = false;
        bool isReference = false;
        bool isRandomAccess = false;
        bool hasParameterSets = false;
        for (int units = 0; bytes.Remaining > 0; units++)
        {
            if (units == MaxNalUnits || !bytes.TryReadBigEndian(nalLengthSize, out uint length) || length > bytes.Remaining)
            {
                return false;
            }

            if (length == 0)
            {
                continue;
            }

            byte header = bytes.ReadByte();
            int body = (int)length - 1;
            switch (AvcNalUnit.TypeOf(header))
            {
                case >= AvcNalUnit.FirstSliceType and <= AvcNalUnit.IdrSliceType and int type:
                    hasSlices = true;
                    isReference |= AvcNalUnit.IsReference(header);
                    isRandomAccess |= type == AvcNalUnit.IdrSliceType;
                    break;
                case AvcNalUnit.SupplementalType:
                    isRandomAccess |= HasRecoveryPoint(bytes, body); // reads on a copy: the walk goes on behind the unit
                    break;
                case AvcNalUnit.SequenceParametersType or AvcNalUnit.PictureParametersType:
                    hasParameterSets = true;
                    break;
            }

            _ = bytes.TrySkip(body);
        }

        sample = new AvcSample(
            hasSlices && isRandomAccess,
            hasSlices && !isReference && !isRandomAccess && !hasParameterSets,
            hasParameterSets);
        return true;
    }

    /// <summary>Whether a SEI unit has a recovery point (H.264 §D.1.8) that is complete at once: <c>recovery_frame_cnt</c> 0.</summary>
    private static bool HasRecoveryPoint(FragmentReader bytes, int length)
    {
        const int RecoveryPoint = 6;
        var message = new SupplementalReader(bytes, length);
        while (message.TryReadHeader(out int type, out int size))
        {
            if (type == RecoveryPoint && size > 0)
            {
                return message.TryReadByte(out byte first) && first >= 0x80; // ue(v): 0 is a single 1
            }

            if (!message.TrySkip(size))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Reads SEI messages (H.264 §7.3.2.3), leaving emulation prevention out.</summary>
    private ref struct SupplementalReader(FragmentReader bytes, int length)
    {
        private FragmentReader _bytes = bytes;
        private int _remaining = length;
        private int _zeros;

        /// <summary>Reads a payload's type and size; false at the trailing bits.</summary>
        public bool TryReadHeader(out int type, out int size)
        {
            size = 0;
            return TryReadNumber(out type) && _remaining > 0 && TryReadNumber(out size);
        }

        public bool TrySkip(int count)
        {
            for (; count > 0; count--)
            {
                if (!TryReadByte(out _))
                {
                    return false;
                }
            }

            return true;
        }

        public bool TryReadByte(out byte value)
        {
            const byte EmulationPrevention = 3;
            value = 0;
            if (_remaining == 0)
            {
                return false;
            }

            value = Next();
            if (_zeros >= 2 && value == EmulationPrevention)
            {
                _zeros = 0;
                if (_remaining == 0)
                {
                    return false;
                }

                value = Next();
            }

            _zeros = value == 0 ? _zeros + 1 : 0;
            return true;
        }

        private bool TryReadNumber(out int number) // 255 for each full 255, then the rest
        {
            number = 0;
            byte value;
            do
            {
                if (!TryReadByte(out value))
                {
                    return false;
                }

                number += value;
            }
            while (value == 0xFF);

            return true;
        }

        private byte Next()
        {
            _remaining--;
            return _bytes.ReadByte();
        }
    }
}
