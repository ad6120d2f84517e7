namespace MediaServer.Media;

/// <summary><c>FrameType</c> of a video tag (FLV 10.1 annex E.4.3.1). The bitstream has the last word on what a frame is.</summary>
public enum FlvFrameType : byte
{
    /// <summary>A frame that decoding can begin with.</summary>
    Key = 1,

    /// <summary>A frame that refers to others.</summary>
    Inter = 2,

    /// <summary>H.263 only: an inter frame that no other refers to.</summary>
    DisposableInter = 3,

    /// <summary>A key frame that a server made.</summary>
    GeneratedKey = 4,

    /// <summary>No frame: a message to the player.</summary>
    Command = 5,
}
