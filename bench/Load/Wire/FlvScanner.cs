using System.Buffers.Binary;
using MediaServer.Rtmp;

namespace MediaServer.Load;

/// <summary>Reads the tag headers of an FLV stream (FLV 10.1 annex E.4.1) and the first bytes of each tag; all other bytes are dropped.</summary>
/// <param name="sink">Takes the tags.</param>
internal sealed class FlvScanner(IMessageSink sink)
{
    private const int FileHeaderBytes = 9 + 4; // with the first PreviousTagSize
    private const int TagHeaderBytes = 11;
    private const int TrailerBytes = 4;

    private readonly byte[] _header = new byte[FileHeaderBytes];
    private readonly MessageHead _head = new();
    private Part _part = Part.FileHeader;
    private int _partBytes; // read of the part; of a body the head counts
    private RtmpMessageType _type;
    private uint _timestamp;
    private int _lengthBytes;

    private enum Part
    {
        FileHeader,
        TagHeader,
        Body,
        Trailer,
    }

    /// <summary>Reads on.</summary>
    /// <returns>Whether it is FLV, as far as that is looked at.</returns>
    public bool Scan(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_part == Part.Body)
            {
                int length = Math.Min(_lengthBytes - _head.SeenBytes, bytes.Length);
                _head.Append(bytes[..length]);
                bytes = bytes[length..];
                if (_head.SeenBytes == _lengthBytes)
                {
                    sink.OnMessage(_type, _timestamp, _lengthBytes, _head.Bytes);
                    _part = Part.Trailer;
                }

                continue;
            }

            int wanted = _part switch { Part.FileHeader => FileHeaderBytes, Part.TagHeader => TagHeaderBytes, _ => TrailerBytes };
            int taken = Math.Min(wanted - _partBytes, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_partBytes));
            bytes = bytes[taken..];
            _partBytes += taken;
            if (_partBytes == wanted && !Finish())
            {
                return false;
            }
        }

        return true;
    }

    private bool Finish()
    {
        _partBytes = 0;
        if (_part != Part.TagHeader)
        {
            bool isRight = _part == Part.Trailer || _header.AsSpan().StartsWith("FLV"u8);
            _part = Part.TagHeader;
            return isRight;
        }

        uint typeAndLength = BinaryPrimitives.ReadUInt32BigEndian(_header);
        uint time = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
        _type = (RtmpMessageType)((typeAndLength >> 24) & 0x1F);
        _lengthBytes = (int)(typeAndLength & 0xFFFFFF);
        _timestamp = (time << 24) | (time >> 8);
        _head.Clear();
        _part = _lengthBytes > 0 ? Part.Body : Part.Trailer;
        return _type is RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.Data;
    }
}
