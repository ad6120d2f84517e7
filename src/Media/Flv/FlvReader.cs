using System.Buffers;
using System.Buffers.Binary;

namespace MediaServer.Media;

/// <summary>Reads an FLV file or stream (FLV 10.1 annex E) from bytes that arrive in any pieces. Does no I/O and copies no body.</summary>
/// <param name="maxTagBytes">The longest body to accept: nothing is kept here, but the caller has to keep a tag until it is whole.</param>
public sealed class FlvReader(int maxTagBytes = FlvReader.DefaultMaxTagBytes)
{
    /// <summary>16 MiB, as much as a message on RTMP may have: a key frame of 4K video at its largest is below.</summary>
    public const int DefaultMaxTagBytes = 16 * 1024 * 1024;

    private const int FileHeaderBytes = 9;
    private const int MaxFileHeaderBytes = 1024;
    private const int PreviousTagSizeBytes = 4;

    private bool _hasReadHeader;

    /// <summary>Whether the file header announces audio.</summary>
    public bool HasAudio { get; private set; }

    /// <summary>Whether the file header announces video.</summary>
    public bool HasVideo { get; private set; }

    /// <summary>Why the bytes are no FLV, after <see cref="OperationStatus.InvalidData"/>.</summary>
    public string? Fault { get; private set; }

    /// <summary>Reads the next tag; the file header before the first one on the way.</summary>
    /// <param name="received">Bytes received and not yet consumed. Moved behind the tag (or the file header) when it was all there.</param>
    /// <param name="tag">The tag, when the answer is <see cref="OperationStatus.Done"/>.</param>
    /// <returns>
    /// <c>Done</c>; <c>NeedMoreData</c> when the tag is not all here yet (at the end of a file: it ended there, or in a torn tag if bytes
    /// are left); <c>InvalidData</c> for good when these are no tags, see <see cref="Fault"/>.
    /// </returns>
    public OperationStatus Read(ref ReadOnlySequence<byte> received, out FlvTag tag)
    {
        tag = default;
        if (Fault is not null)
        {
            return OperationStatus.InvalidData;
        }

        if (!_hasReadHeader)
        {
            OperationStatus status = ReadFileHeader(ref received);
            if (status != OperationStatus.Done)
            {
                return status;
            }
        }

        return ReadTag(ref received, out tag);
    }

    private OperationStatus ReadFileHeader(ref ReadOnlySequence<byte> received)
    {
        Span<byte> header = stackalloc byte[FileHeaderBytes];
        int here = (int)Math.Min(received.Length, FileHeaderBytes);
        received.Slice(0, here).CopyTo(header);
        if (!header[..Math.Min(here, 3)].SequenceEqual("FLV"u8[..Math.Min(here, 3)]))
        {
            return Fail("does not begin with \"FLV\"");
        }

        if (here < FileHeaderBytes)
        {
            return OperationStatus.NeedMoreData;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[5..]);
        if (header[3] != 1 || length is < FileHeaderBytes or > MaxFileHeaderBytes)
        {
            return Fail($"is of version {header[3]} with a header of {length} bytes, not of version 1 with 9");
        }

        if (received.Length < length)
        {
            return OperationStatus.NeedMoreData;
        }

        HasAudio = (header[4] & 4) != 0;
        HasVideo = (header[4] & 1) != 0;
        _hasReadHeader = true;
        received = received.Slice(length);
        return OperationStatus.Done;
    }

    private OperationStatus ReadTag(ref ReadOnlySequence<byte> received, out FlvTag tag)
    {
        // The size of the tag before stands first: so a tag is whole with its last byte. Writers put all sorts of numbers there.
        const int TagStart = PreviousTagSizeBytes + FrameHeaders.FlvTagHeaderBytes;

        tag = default;
        if (received.Length < TagStart)
        {
            return OperationStatus.NeedMoreData;
        }

        Span<byte> header = stackalloc byte[TagStart];
        received.Slice(0, TagStart).CopyTo(header);
        header = header[PreviousTagSizeBytes..];
        MediaKind kind;
        switch (header[0])
        {
            case 8: kind = MediaKind.Audio; break;
            case 9: kind = MediaKind.Video; break;
            case 18: kind = MediaKind.Data; break;
            default: return Fail($"has a tag of type {header[0]}: damaged, or encrypted");
        }

        int length = ReadUInt24(header[1..]);
        if (length > maxTagBytes)
        {
            return Fail($"has a tag of {length} bytes, the limit is {maxTagBytes}");
        }

        if (received.Length < TagStart + length)
        {
            return OperationStatus.NeedMoreData;
        }

        uint timestamp = ((uint)header[7] << 24) | (uint)ReadUInt24(header[4..]);
        tag = new FlvTag(kind, timestamp, received.Slice(TagStart, length));
        received = received.Slice(TagStart + length);
        return OperationStatus.Done;
    }

    private OperationStatus Fail(string fault)
    {
        Fault = fault;
        return OperationStatus.InvalidData;
    }

    private static int ReadUInt24(ReadOnlySpan<byte> bytes) => (bytes[0] << 16) | (bytes[1] << 8) | bytes[2];
}
