namespace MediaServer.Rtmp;

/// <summary>What a side can do with a codec (Enhanced RTMP v2, <c>FourCcInfoMask</c>).</summary>
[Flags]
public enum FourCcInfo : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It can decode it.</summary>
    CanDecode = 0x01,

    /// <summary>It can encode it.</summary>
    CanEncode = 0x02,

    /// <summary>It can pass it on as it is.</summary>
    CanForward = 0x04,
}
