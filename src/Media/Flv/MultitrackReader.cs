using System.Buffers.Binary;

namespace MediaServer.Media;

/// <summary>
/// Takes the body of a multitrack tag apart into one body a track, each as if it had been sent alone: track 0 as a plain body, as every
/// player reads it, the others as bodies of <see cref="FlvMultitrack.OneTrack"/>. Only their headers are new; the rest stays where it lies.
/// </summary>
/// <param name="header">The body's header.</param>
/// <param name="body">The body. It must not change while this reads.</param>
/// <param name="headers">Where the new headers are written.</param>
public ref struct MultitrackReader(in FlvMediaHeader header, PayloadBuilder body, SlabWriter headers)
{
    /// <summary>Parts that a body may have: an encoder's ladder of six renditions is well below.</summary>
    public const int MaxParts = 16;

    private const int LongestTrackHeaderBytes = 1 + FourCc.LengthBytes + 1 + 3; // multitrack type, codec, track, composition time

    private readonly FlvMediaHeader _header = header;
    private FragmentReader _rest = Skip(header, body);
    private int _parts;

    /// <summary>
    /// Whether it ended at something that makes no sense: a length beyond the end, more than <see cref="MaxParts"/> parts, or so many
    /// modifiers that no part's own header has room behind them.
    /// </summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Whether a body has to be taken apart. One of a single track other than 0 is already what this would make of it.</summary>
    public static bool IsNeededFor(in FlvMediaHeader header) =>
        header.Multitrack > FlvMultitrack.OneTrack || (header.Multitrack == FlvMultitrack.OneTrack && header.TrackId == 0);

    /// <summary>Reads the next part.</summary>
    /// <param name="track">An empty builder, which gets the track's own body: a new header and the part's bytes.</param>
    /// <returns>False at the end, and at what makes no sense: the rest is left out then.</returns>
    public bool TryRead(PayloadBuilder track)
    {
        ArgumentNullException.ThrowIfNull(track);
        if (_rest.Remaining == 0 && (_parts > 0 || _header.Multitrack != FlvMultitrack.OneTrack))
        {
            return false;
        }

        if (_parts == MaxParts || _header.LeadBytes + LongestTrackHeaderBytes > FlvMediaHeader.MaxLengthBytes
            || !TryReadPartHeader(out FourCc fourCc, out byte trackId, out int length))
        {
            IsMalformed = true;
            return false;
        }

        _parts++;
        track.Take(WriteHeader(fourCc, trackId));
        track.AppendShared(body.Fragments, body.LengthBytes - _rest.Remaining, length);
        return _rest.TrySkip(length);
    }

    // A composition time belongs to the part, not to its header.
    private static FragmentReader Skip(in FlvMediaHeader header, PayloadBuilder body)
    {
        var reader = new FragmentReader(body.Fragments);
        int headerBytes = header.Multitrack == FlvMultitrack.OneTrack ? header.LeadBytes + 1 + FourCc.LengthBytes + 1 : header.DataOffset;
        _ = reader.TrySkip(headerBytes);
        return reader;
    }

    private bool TryReadPartHeader(out FourCc fourCc, out byte trackId, out int length)
    {
        fourCc = _header.FourCc;
        trackId = _header.TrackId;
        length = _rest.Remaining;
        if (_header.Multitrack == FlvMultitrack.OneTrack)
        {
            return true;
        }

        if (_header.Multitrack == FlvMultitrack.ManyTracksManyCodecs)
        {
            if (!_rest.TryReadBigEndian(FourCc.LengthBytes, out uint value))
            {
                return false;
            }

            fourCc = new FourCc(value);
        }

        const int SizeBytes = 3;
        if (!_rest.TryReadBigEndian(1, out uint id) || !_rest.TryReadBigEndian(SizeBytes, out uint size) || size > _rest.Remaining)
        {
            return false;
        }

        trackId = (byte)id;
        length = (int)size;
        return true;
    }

    private FrameFragment WriteHeader(FourCc fourCc, byte trackId)
    {
        const int MostBytes = FlvMediaHeader.MaxLengthBytes;

        Span<byte> bytes = stackalloc byte[MostBytes];
        int lead = _header.LeadBytes;
        _ = body.CopyPrefix(bytes[..(lead + 1)]);
        int packet = bytes[lead] & 0x0F;
        if (trackId == 0)
        {
            bytes[lead - 1] = (byte)((bytes[lead - 1] & 0xF0) | packet); // where it said that it is of several tracks
        }
        else
        {
            bytes[lead++] = (byte)packet; // OneTrack is 0
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes[lead..], fourCc.Value);
        int length = lead + FourCc.LengthBytes;
        if (trackId != 0)
        {
            bytes[length++] = trackId;
        }

        FrameFragment written = headers.Reserve(length, length);
        bytes[..length].CopyTo(written.Slab.GetSpan()[written.Start..]);
        return written;
    }
}
