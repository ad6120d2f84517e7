using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Media;

/// <summary>Looks into AV1 samples. Remembers the sequence header in force, and which reference slots may hold a key frame.</summary>
internal sealed class Av1Bitstream
{
    private const byte AllSlots = 0xFF;

    /// <summary>The longest sequence header that is read; with all operating points and models it has some 300 bytes.</summary>
    private const int MaxSequenceHeaderBytes = 1024;

    private byte _keySlots = AllSlots; // unknown ones count as such
    private Av1Configuration? _configuration;
    private Av1SequenceHeader? _sequence;

    /// <summary>Puts a configuration in force.</summary>
    /// <returns>Whether it was understood; if not, the first sequence header in band will have to do.</returns>
    public bool TryConfigure(ReadOnlySpan<byte> record)
    {
        _keySlots = AllSlots;
        bool isConfiguration = Av1Configuration.TryParse(record, out _configuration);
        _sequence = _configuration?.Sequence;
        return isConfiguration;
    }

    /// <summary>Walks the units of a sample (a temporal unit) where they lie. Allocates only when a sequence header is news.</summary>
    /// <param name="payload">The sample's bytes in order; what precedes the sample too.</param>
    /// <param name="dataOffset">Bytes before the first unit.</param>
    /// <param name="sample">What was found; of a malformed sample nothing.</param>
    /// <returns>Whether the sizes add up.</returns>
    /// <remarks>
    /// Decoding can begin where the first frame is a key frame that is shown, and its sequence header is known: it need not be in the same
    /// sample, as every player gets the configuration first. As long as none is known, samples are nothing special.
    /// </remarks>
    public bool TryClassify(ReadOnlySpan<FrameFragment> payload, int dataOffset, out VideoSample sample)
    {
        sample = default;
        var bytes = new FragmentReader(payload);
        if (!bytes.TrySkip(dataOffset))
        {
            return false;
        }

        int frames = 0;
        bool isRandomAccess = false;
        bool isReference = false;
        bool hasSequenceHeader = false;
        var units = new ObuReader(bytes);
        while (units.TryRead(out Obu unit))
        {
            if (unit.Type == ObuReader.SequenceHeaderType)
            {
                hasSequenceHeader = true;
                Take(unit);
            }
            else if (unit.Type is ObuReader.FrameHeaderType or ObuReader.FrameType)
            {
                if (_sequence is null || !Av1FrameHeader.TryParse(unit, _sequence, out Av1FrameHeader header))
                {
                    _keySlots = AllSlots;
                    isReference = true;
                    continue;
                }

                isRandomAccess |= frames++ == 0 && header.IsShownKeyFrame;
                isReference |= Keep(header);
            }
        }

        if (units.IsMalformed)
        {
            _keySlots = AllSlots;
            return false;
        }

        sample = new VideoSample(isRandomAccess, frames > 0 && !isReference && !hasSequenceHeader, hasSequenceHeader);
        return true;
    }

    /// <summary>
    /// Whether the sequence header that samples brought says something else of the pictures than the configuration does; if so it is put
    /// there. Another choice of coding tools is no change: SVT-AV1's records differ so from its own samples, and decoders go by these.
    /// </summary>
    public bool TryTakeChange([NotNullWhen(true)] out Av1Configuration? changed)
    {
        changed = null;
        if (_sequence is null || (_configuration is not null && _sequence.HasSameFormat(_configuration.Sequence)))
        {
            return false;
        }

        changed = Av1Configuration.Create(_sequence);
        _configuration = changed;
        return true;
    }

    /// <summary>Follows the reference slots.</summary>
    /// <returns>Whether frames to come may depend on this one.</returns>
    private bool Keep(in Av1FrameHeader header)
    {
        if (header.ShownSlot >= 0)
        {
            bool isKeyFrame = (_keySlots & (1 << header.ShownSlot)) != 0;
            _keySlots = isKeyFrame ? AllSlots : _keySlots; // a key frame that is shown so fills all slots (AV1 §7.21)
            return isKeyFrame;
        }

        _keySlots = (byte)(header.FrameType == Av1FrameHeader.Key ? _keySlots | header.RefreshedSlots : _keySlots & ~header.RefreshedSlots);
        return header.RefreshedSlots != 0;
    }

    private void Take(in Obu unit)
    {
        if (unit.PayloadBytes > MaxSequenceHeaderBytes || (_sequence is not null && unit.Payload.IsSame(_sequence.Payload.Span, unit.PayloadBytes)))
        {
            return;
        }

        FragmentReader payload = unit.Payload;
        if (Av1SequenceHeader.TryParse(payload.ReadBytes(unit.PayloadBytes), out Av1SequenceHeader? news))
        {
            _sequence = news;
        }
    }
}
