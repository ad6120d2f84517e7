using System.Runtime.CompilerServices;

namespace MediaServer.Media;

/// <summary>
/// One frame of audio, video or script data as a publisher sent it, shared by all who send it on: the bytes of an FLV tag body where they
/// were received. Immutable but for its count of references.
/// </summary>
/// <remarks>
/// Born with one reference, the publisher's. Each holder releases exactly once; the last release returns the bytes. Bytes are pooled,
/// frame objects are not: a recycled object would turn a late read into a wrong frame. Configuration and metadata own their bytes
/// (a pinned array), so that they can be kept for the life of a stream without holding a slab.
/// </remarks>
public sealed unsafe class MediaFrame
{
    private const int InlineFragments = 4;

    private readonly FrameInfo _info;
    private readonly byte[]? _owned; // on the pinned object heap
    private readonly FrameFragment[]? _more;
    private Inline _inline;
    private int _references = 1;

    private MediaFrame(in FrameInfo info, ReadOnlySpan<FrameFragment> fragments, int lengthBytes)
    {
        _info = info;
        LengthBytes = lengthBytes;
        FragmentCount = fragments.Length;
        fragments[..Math.Min(FragmentCount, InlineFragments)].CopyTo(_inline);
        if (FragmentCount > InlineFragments)
        {
            _more = fragments[InlineFragments..].ToArray();
        }

        foreach (FrameFragment fragment in fragments)
        {
            ChargedBytes += fragment.Slab.Charge();
        }
    }

    private MediaFrame(in FrameInfo info, byte[] owned)
    {
        _info = info;
        _owned = owned;
        LengthBytes = owned.Length;
        FragmentCount = LengthBytes > 0 ? 1 : 0;
    }

    /// <summary>Position in its topic's log, from 0; −1 before it was published, and for injected configuration.</summary>
    public long Offset => Position.Offset;

    /// <summary>Audio, video or script data.</summary>
    public MediaKind Kind => _info.Kind;

    /// <summary>The codec, as far as the server knows it.</summary>
    public MediaCodec Codec => _info.Codec;

    /// <summary>The track among those of its kind; 0 but for multitrack publishers.</summary>
    public byte TrackId => _info.TrackId;

    /// <summary>Random access, disposable, configuration and so on.</summary>
    public FrameTraits Traits => _info.Traits;

    /// <summary>Bytes of the FLV tag body before the sample's own data (<see cref="FlvMediaHeader.DataOffset"/>).</summary>
    public int DataOffset => _info.DataOffset;

    /// <summary>Decoding time in milliseconds on the stream's timeline; never goes back within a track.</summary>
    public long Dts => _info.Dts;

    /// <summary>Presentation time minus decoding time, in milliseconds; may be negative.</summary>
    public int CompositionOffset => _info.CompositionOffset;

    /// <summary>Presentation time in milliseconds.</summary>
    public long Pts => _info.Dts + _info.CompositionOffset;

    /// <summary>Nanoseconds to add to both times, 0 to 999,999: an encoder may be more exact than milliseconds (E-RTMP v2, ModEx).</summary>
    public int NanosecondOffset => _info.NanosecondOffset;

    /// <summary>When its last byte was received: a <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long ReceivedAt => _info.ReceivedAt;

    /// <summary>Bytes of payload: the FLV tag body.</summary>
    public int LengthBytes { get; }

    /// <summary>Slabs that this frame is the first of its publisher to use, in bytes: what a topic's budget is charged.</summary>
    public int ChargedBytes { get; }

    /// <summary>Whether it owns its bytes, as configuration and script data do: then it holds no slab, and can be kept without a reference.</summary>
    public bool OwnsBytes => _owned is not null;

    /// <summary>In how many places of memory the payload lies.</summary>
    public int FragmentCount { get; }

    /// <summary>Memory that it is charged for: its slabs, and bytes of its own.</summary>
    internal long Charge => ChargedBytes + (OwnsBytes ? LengthBytes : 0);

    /// <summary>Its place in its topic's log, set by the hub when it is published, once. Readable without a reference, like all but the bytes.</summary>
    internal LogPosition Position { get; set; } = LogPosition.None;

    /// <summary>Whether it has all the given traits.</summary>
    public bool Is(FrameTraits traits) => (_info.Traits & traits) == traits;

    /// <summary>Makes a frame of audio or video and moves the payload into it; the builder is empty afterwards.</summary>
    /// <returns>The frame, with one reference.</returns>
    public static MediaFrame Create(in FrameInfo info, PayloadBuilder payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        var frame = new MediaFrame(info, payload.Fragments, payload.LengthBytes);
        payload.Forget();
        return frame;
    }

    /// <summary>Makes configuration, metadata or other script data: its bytes are copied into an array of its own (not counted as media).</summary>
    public static MediaFrame CreateOwned(in FrameInfo info, ReadOnlySpan<byte> payload)
    {
        byte[] owned = GC.AllocateUninitializedArray<byte>(payload.Length, pinned: true);
        payload.CopyTo(owned);
        return new MediaFrame(info, owned);
    }

    /// <summary>
    /// The same configuration with another time, for sending it again before a frame of that time. It is no splice and no discontinuity:
    /// those are of the place in the log where it first stood.
    /// </summary>
    /// <exception cref="InvalidOperationException">The frame does not own its bytes.</exception>
    public MediaFrame Restamp(long dts)
    {
        byte[] owned = _owned ?? throw new InvalidOperationException("Only configuration is sent again.");
        return CreateOwned(
            _info with { Dts = dts, Traits = (_info.Traits & ~(FrameTraits.Splice | FrameTraits.Discontinuity)) | FrameTraits.Injected },
            owned);
    }

    /// <summary>Takes a reference unless the last one is gone already.</summary>
    /// <returns>Whether the caller now holds one.</returns>
    public bool TryRetain()
    {
        int references = Volatile.Read(ref _references);
        while (references > 0)
        {
            int seen = Interlocked.CompareExchange(ref _references, references + 1, references);
            if (seen == references)
            {
                return true;
            }

            references = seen;
        }

        return false;
    }

    /// <summary>Gives one reference back; the last one returns the bytes.</summary>
    public void Release()
    {
        int references = Interlocked.Decrement(ref _references);
        if (references == 0)
        {
            ReleaseFragments();
        }
        else if (references < 0)
        {
            MediaDiagnostics.CountOverRelease(); // counted and leaked: never return live bytes
        }
    }

    /// <summary>Bytes of the payload together with the given envelope.</summary>
    public int GetLengthBytes(FrameEnvelope envelope) =>
        FrameHeaders.BytesBefore(envelope, _info, LengthBytes) + LengthBytes + FrameHeaders.BytesBehind(envelope);

    /// <summary>How many vectors <see cref="WriteVectors"/> writes at most.</summary>
    public int GetVectorCount(FrameEnvelope envelope) => FragmentCount + envelope switch
    {
        FrameEnvelope.Rtmp => 1,
        FrameEnvelope.Flv or FrameEnvelope.ChunkedFlv or FrameEnvelope.WebSocketFlv => 2,
        _ => 0,
    };

    /// <summary>Writes where the bytes lie, envelope included, leaving out the first <paramref name="skipBytes"/>. Valid while the frame is held.</summary>
    /// <param name="envelope">What stands around the payload.</param>
    /// <param name="skipBytes">Bytes to leave out at the front, envelope included: what was sent before.</param>
    /// <param name="room">
    /// An address of <see cref="EnvelopeRoom"/>, which the envelope is written to and vectors lead to: they are valid until it is used again.
    /// </param>
    /// <param name="destination">Room for <see cref="GetVectorCount"/> vectors.</param>
    /// <returns>How many vectors were written.</returns>
    public int WriteVectors(FrameEnvelope envelope, int skipBytes, nint room, Span<IoVector> destination)
    {
        int count = 0;
        int before = FrameHeaders.BytesBefore(envelope, _info, LengthBytes);
        int behind = FrameHeaders.BytesBehind(envelope);
        FrameHeaders.Write(new Span<byte>((void*)room, before + behind), envelope, _info, LengthBytes);
        Add(destination, ref count, ref skipBytes, room, before);
        for (int i = 0; i < FragmentCount; i++)
        {
            IoVector fragment = GetFragment(i);
            Add(destination, ref count, ref skipBytes, fragment.Address, fragment.LengthBytes);
        }

        Add(destination, ref count, ref skipBytes, room + before, behind);
        return count;
    }

    /// <summary>Where the payload's fragment of that index lies. Valid while the frame is held.</summary>
    public IoVector GetFragment(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)FragmentCount, nameof(index));
        if (_owned is not null)
        {
            return new IoVector((nint)Unsafe.AsPointer(ref _owned[0]), LengthBytes);
        }

        FrameFragment fragment = index < InlineFragments ? _inline[index] : _more![index - InlineFragments];
        return new IoVector(fragment.Address, fragment.LengthBytes);
    }

    /// <summary>Copies payload bytes from an index on. The caller counts the copy if it is one of media.</summary>
    /// <returns>How many bytes were there to copy, at most the destination's length.</returns>
    public int CopyTo(Span<byte> destination, int fromByte = 0)
    {
        int copied = 0;
        for (int i = 0; i < FragmentCount && copied < destination.Length; i++)
        {
            ReadOnlySpan<byte> bytes = GetFragment(i).AsSpan();
            if (fromByte >= bytes.Length)
            {
                fromByte -= bytes.Length;
                continue;
            }

            bytes = bytes[fromByte..];
            fromByte = 0;
            int length = Math.Min(bytes.Length, destination.Length - copied);
            bytes[..length].CopyTo(destination[copied..]);
            copied += length;
        }

        return copied;
    }

    /// <summary>Whether both own their bytes and they are the same: a repeated header is not a change.</summary>
    public bool HasSamePayload(MediaFrame other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other._owned is not null && HasPayload(other._owned);
    }

    /// <summary>Whether it owns its bytes and they are these: a repeated header is not a change.</summary>
    public bool HasPayload(ReadOnlySpan<byte> payload) =>
        _owned is not null && _owned.AsSpan().SequenceEqual(payload);

    private static void Add(Span<IoVector> destination, ref int count, ref int skipBytes, nint address, nint lengthBytes)
    {
        if (skipBytes >= lengthBytes)
        {
            skipBytes -= (int)lengthBytes;
            return;
        }

        destination[count++] = new IoVector(address + skipBytes, lengthBytes - skipBytes);
        skipBytes = 0;
    }

    private void ReleaseFragments()
    {
        for (int i = 0; i < Math.Min(FragmentCount, InlineFragments) && _owned is null; i++)
        {
            _inline[i].Slab.Release();
        }

        foreach (FrameFragment fragment in _more ?? [])
        {
            fragment.Slab.Release();
        }
    }

    [InlineArray(InlineFragments)]
    private struct Inline
    {
        private FrameFragment _first;
    }
}
