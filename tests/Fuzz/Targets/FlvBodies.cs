namespace MediaServer.Fuzz.Targets;

/// <summary>Bodies of audio and video tags in every form that the specifications give them (FLV 10.1 annex E.4, E-RTMP v2).</summary>
internal static class FlvBodies
{
    public static IEnumerable<byte[]> Video =>
    [
        [0x17, 0, 0, 0, 0, 1, 100, 0], [0x27, 1, 0, 0, 80, 0, 0, 0, 1, 0x41], [0x17, 1, 0xFF, 0xFF, 0xB0, 0, 0, 0, 1, 0x65], [0x17, 2, 0, 0, 0], [0x57, 0], [0x1C, 1, 0, 0, 0, 1],
        [0x90, .. "hvc1"u8, 1, 2, 3], [0x91, .. "hvc1"u8, 0, 0, 40, 1, 2], [0x93, .. "avc1"u8, 0, 0, 0, 1, 0x65], [0x94, .. "hvc1"u8, 2, 0, 9], [0x92, .. "av01"u8], [0xD1, 1],
        [0xA1, .. "av01"u8, 0x12, 0, 0x0A, 0x0B], [0x91, .. "vp09"u8, 0x82, 0x49, 0x83, 0x42], [0x95, .. "av01"u8, 7],
        [0x96, 0x01, .. "avc1"u8, 0, 0, 0, 5, 1, 2, 3], [0x96, 0x01, .. "avc1"u8, 1, 0, 0, 5, 1, 2, 3],
        [0x96, 0x10, .. "hvc1"u8, 0, 0, 0, 2, 9, 9, 1, 0, 0, 1, 8], [0x96, 0x21, .. "avc1"u8, 0, 0, 0, 4, 0, 0, 0, 9, .. "av01"u8, 1, 0, 0, 1, 9],
        [0x97, 2, 0, 1, 2, 0x01, .. "vp09"u8, 1, 2], [0x97, 2, 0, 1, 2, 0x06, 0x20, .. "avc1"u8, 2, 0, 0, 1, 9],
        [0x97, 50, .. new byte[51], 0x06, 0x20, .. "avc1"u8, 2, 0, 0, 1, 9],
    ];

    public static IEnumerable<byte[]> Audio =>
    [
        [0xAF, 0, 0x12, 0x10], [0xAF, 1, 0x21], [0x2F, 0xFF, 0xFB, 0x90], [0xE2, 1], [0x7F, 1], [0x90, .. "Opus"u8, .. "OpusHead"u8], [0x91, .. "fLaC"u8, 1],
        [0x91, .. "mp4a"u8, 1, 2], [0x92, .. "ac-3"u8], [0x94, .. "Opus"u8, 0, 2], [0x94, .. "Opus"u8, 1, 2, 0, 1],
        [0x95, 0x01, .. "mp4a"u8, 0, 9], [0x95, 0x01, .. "mp4a"u8, 1, 9], [0x95, 0x11, .. "mp4a"u8, 0, 0, 0, 1, 9, 1, 0, 0, 1, 8],
        [0x95, 0x20, .. "mp4a"u8, 0, 0, 0, 1, 9, .. "Opus"u8, 1, 0, 0, 1, 9], [0x97, 2, 0, 1, 2, 0x01, .. "mp4a"u8, 1], [0x97, 2, 0, 1, 2, 0x05, 0x11, .. "mp4a"u8, 3, 0, 0, 1, 9],
    ];
}
