using System.Buffers;
using System.Runtime.InteropServices;

namespace MediaServer.Media;

/// <summary>
/// Collects a message's payload as it arrives, piece by piece, without copying: pieces that lie in slabs are kept as fragments that hold
/// their slab. Used again and again by one owner; <see cref="MediaFrame.Create"/> moves the fragments out into a frame.
/// </summary>
/// <remarks>
/// A payload that comes in many small chunks is the exception: it is gathered, each byte once, as soon as that shows. So what is held never
/// grows beyond a small multiple of the bytes, however small a peer makes its chunks. Not thread-safe. Allocates only while its list of
/// fragments grows.
/// </remarks>
public sealed class PayloadBuilder(SlabPool pool) : IDisposable
{
    /// <summary>From this many small fragments on a payload is gathered: a vector is paid per subscriber, a gather once.</summary>
    public const int GatherFromFragments = 8;

    private const int SmallFragmentBytes = 16 * 1024;

    private readonly SlabWriter _copies = new(pool);
    private FrameFragment[] _fragments = new FrameFragment[4];
    private bool _isGathering;

    /// <summary>Bytes collected so far.</summary>
    public int LengthBytes { get; private set; }

    /// <summary>How many fragments they lie in.</summary>
    public int FragmentCount { get; private set; }

    /// <summary>The fragments collected so far, in order. Valid until the next call that changes the builder.</summary>
    public ReadOnlySpan<FrameFragment> Fragments => _fragments.AsSpan(0, FragmentCount);

    /// <summary>Adds bytes at the end. Those in slabs are retained, others are copied (and counted) into a slab of the builder's own.</summary>
    public void Append(ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> piece in bytes)
        {
            Append(piece);
        }
    }

    /// <inheritdoc cref="Append(ReadOnlySequence{byte})"/>
    public void Append(ReadOnlyMemory<byte> bytes)
    {
        if (_isGathering || !MemoryMarshal.TryGetMemoryManager(bytes, out Slab? slab, out int start, out int length))
        {
            MediaDiagnostics.CountCopy(_isGathering ? CopyReason.SmallChunks : CopyReason.ForeignMemory, bytes.Length);
            AppendCopy(bytes.Span);
        }
        else if (length > 0)
        {
            slab.Retain();
            Add(new FrameFragment(slab, start, length));
            if (FragmentCount >= GatherFromFragments && LengthBytes / FragmentCount < SmallFragmentBytes)
            {
                Gather();
            }
        }
    }

    /// <summary>Adds a part of another payload: both hold its slabs, nothing is copied.</summary>
    /// <param name="payload">The fragments of a payload.</param>
    /// <param name="start">The part's first byte in it.</param>
    /// <param name="lengthBytes">The part's length; the payload is at least as long.</param>
    public void AppendShared(ReadOnlySpan<FrameFragment> payload, int start, int lengthBytes)
    {
        foreach (FrameFragment fragment in payload)
        {
            int length = Math.Min(fragment.LengthBytes - start, lengthBytes);
            if (length > 0)
            {
                fragment.Slab.Retain();
                Add(new FrameFragment(fragment.Slab, fragment.Start + start, length));
                lengthBytes -= length;
            }

            start = Math.Max(0, start - fragment.LengthBytes);
        }
    }

    /// <summary>Adds a fragment at the end, and takes over the caller's reference to its slab.</summary>
    public void Take(FrameFragment fragment) => Add(fragment);

    /// <summary>Copies the first bytes of the payload, for looking at headers.</summary>
    /// <returns>How many bytes were there to copy, at most the destination's length.</returns>
    public int CopyPrefix(Span<byte> destination)
    {
        int copied = 0;
        foreach (FrameFragment fragment in Fragments)
        {
            int length = Math.Min(fragment.LengthBytes, destination.Length - copied);
            fragment.Span[..length].CopyTo(destination[copied..]);
            copied += length;
            if (copied == destination.Length)
            {
                break;
            }
        }

        return copied;
    }

    /// <summary>Drops what was collected and gives its slabs back.</summary>
    public void Clear()
    {
        foreach (FrameFragment fragment in Fragments)
        {
            fragment.Slab.Release();
        }

        Forget();
    }

    /// <summary>Gives everything back, the slab for copies included.</summary>
    public void Dispose()
    {
        Clear();
        _copies.Dispose();
    }

    /// <summary>Forgets the fragments without releasing them: somebody else holds them from now on.</summary>
    internal void Forget()
    {
        Array.Clear(_fragments, 0, FragmentCount);
        FragmentCount = 0;
        LengthBytes = 0;
        _isGathering = false;
    }

    // Replaces the fragments by as few as the bytes fit in; what follows is copied behind them until the payload is whole.
    private void Gather()
    {
        _isGathering = true;
        MediaDiagnostics.CountCopy(CopyReason.SmallChunks, LengthBytes);
        int scattered = FragmentCount;
        for (int i = 0; i < scattered; i++)
        {
            LengthBytes -= _fragments[i].LengthBytes;
            AppendCopy(_fragments[i].Span);
        }

        for (int i = 0; i < scattered; i++)
        {
            _fragments[i].Slab.Release();
        }

        Array.Copy(_fragments, scattered, _fragments, 0, FragmentCount - scattered);
        Array.Clear(_fragments, FragmentCount - scattered, scattered);
        FragmentCount -= scattered;
    }

    private void AppendCopy(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            FrameFragment room = _copies.Reserve(1, bytes.Length);
            bytes[..room.LengthBytes].CopyTo(room.Slab.GetSpan()[room.Start..]);
            bytes = bytes[room.LengthBytes..];
            Add(room);
        }
    }

    private void Add(FrameFragment fragment)
    {
        LengthBytes += fragment.LengthBytes;
        if (FragmentCount > 0)
        {
            FrameFragment last = _fragments[FragmentCount - 1];
            if (last.Slab == fragment.Slab && last.Start + last.LengthBytes == fragment.Start)
            {
                fragment.Slab.Release(); // one reference serves the joined run
                _fragments[FragmentCount - 1] = last with { LengthBytes = last.LengthBytes + fragment.LengthBytes };
                return;
            }
        }

        if (FragmentCount == _fragments.Length)
        {
            Array.Resize(ref _fragments, _fragments.Length * 2);
        }

        _fragments[FragmentCount++] = fragment;
    }
}
