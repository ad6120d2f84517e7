namespace MediaServer.Media;

/// <summary>What follows the header of an FLV tag body: <c>AVCPacketType</c> and <c>AACPacketType</c> (FLV 10.1 annex E.4.2.2 and E.4.3.2).</summary>
public enum FlvPacketType : byte
{
    /// <summary>The decoder's configuration.</summary>
    SequenceHeader = 0,

    /// <summary>Coded media. Codecs without this field have nothing else.</summary>
    Frame = 1,

    /// <summary>The end of a sequence, without data.</summary>
    EndOfSequence = 2,
}
