using MediaServer.Media;

namespace MediaServer.Load;

/// <summary>
/// Where a <see cref="Stamp"/> fits into a frame so that decoders pass over it: an SEI of H.264 (<c>user_data_unregistered</c>, ITU-T H.264
/// D.1.7) or a <c>data_stream_element</c> of AAC (ISO/IEC 14496-3 §4.4.2.7), right behind the tag's header.
/// </summary>
/// <param name="Offset">Bytes of the tag body before it.</param>
/// <param name="LeadBytes">Bytes that stand before the stamp itself.</param>
/// <param name="TrailBytes">Bytes behind it.</param>
internal readonly record struct StampPlace(int Offset, int LeadBytes, int TrailBytes)
{
    private const int SeiBytes = 3 + Stamp.LengthBytes + 1;
    private const byte Sei = 6;
    private const byte UserDataUnregistered = 5;
    private const byte StopBit = 0x80;
    private const byte DataStreamElement = 0x80; // three bits 100, instance 0, not aligned

    /// <summary>Bytes by which a frame grows; 0 where there is no place.</summary>
    public int LengthBytes => Offset == 0 ? 0 : LeadBytes + Stamp.LengthBytes + TrailBytes;

    /// <summary>No stamp.</summary>
    public static StampPlace None => default;

    /// <summary>The place in a frame; none in codecs other than H.264 and AAC.</summary>
    /// <param name="header">The frame's header.</param>
    /// <param name="lengthPrefixBytes">Bytes of the lengths before NAL units, 1 to 4.</param>
    public static StampPlace In(in FlvMediaHeader header, int lengthPrefixBytes) => header switch
    {
        { Codec: MediaCodec.Avc, PacketType: FlvPacketType.Frame } => new StampPlace(header.DataOffset, lengthPrefixBytes + 3, 1),
        { Codec: MediaCodec.Aac, PacketType: FlvPacketType.Frame } => new StampPlace(header.DataOffset, 2, 0),
        _ => None,
    };

    /// <summary>Writes a frame with a stamp in it.</summary>
    /// <returns>How many bytes were written.</returns>
    public int Write(ReadOnlySpan<byte> body, long time, uint number, Span<byte> destination)
    {
        body[..Offset].CopyTo(destination);
        Span<byte> stamped = destination[Offset..];
        if (LengthBytes > 0)
        {
            WriteLead(stamped);
            Stamp.Write(stamped[LeadBytes..], time, number);
            if (TrailBytes > 0)
            {
                stamped[LeadBytes + Stamp.LengthBytes] = StopBit;
            }
        }

        body[Offset..].CopyTo(stamped[LengthBytes..]);
        return body.Length + LengthBytes;
    }

    private void WriteLead(Span<byte> lead)
    {
        if (TrailBytes == 0)
        {
            lead[0] = DataStreamElement;
            lead[1] = Stamp.LengthBytes;
            return;
        }

        int prefix = LeadBytes - 3;
        lead[..prefix].Clear();
        lead[prefix - 1] = SeiBytes;
        lead[prefix] = Sei;
        lead[prefix + 1] = UserDataUnregistered;
        lead[prefix + 2] = Stamp.LengthBytes;
    }
}
