using System.Text;

namespace MediaServer.Media.Tests.Flv;

/// <summary>A multitrack body that is made up by chance, and what is in it.</summary>
internal sealed record MultitrackBody(
    MediaKind Kind, FlvFrameType FrameType, FlvPacketType PacketType, int Nanoseconds, IReadOnlyList<MultitrackBody.Track> Tracks, byte[] Bytes)
{
    public static MultitrackBody MakeUp(Random random)
    {
        MediaKind kind = random.Next(2) == 0 ? MediaKind.Audio : MediaKind.Video;
        var multitrack = (FlvMultitrack)random.Next(1, 4);
        (int code, FlvPacketType packetType) = random.Next(4) switch
        {
            0 => (0, FlvPacketType.SequenceHeader),
            1 => (1, FlvPacketType.Frame),
            2 => (2, FlvPacketType.EndOfSequence),
            _ => (4, FlvPacketType.TrackMetadata),
        };
        FlvFrameType frameType = kind == MediaKind.Audio ? default : random.Next(2) == 0 ? FlvFrameType.Key : FlvFrameType.Inter;
        bool isOneTrack = multitrack == FlvMultitrack.OneTrack;
        FourCc shared = PickFourCc(kind, random);
        Track[] tracks = [.. Enumerable.Range(0, isOneTrack ? 1 : random.Next(5)).Select(_ => MakeTrack(
            kind, isOneTrack ? (byte)0 : (byte)random.Next(6), multitrack == FlvMultitrack.ManyTracksManyCodecs ? PickFourCc(kind, random) : shared, code, random))];

        bool hasNanoseconds = random.Next(3) == 0;
        int nanoseconds = hasNanoseconds ? random.Next(1_000_000) : 0;
        byte first = (byte)(kind == MediaKind.Audio ? 0x90 : 0x80 | ((int)frameType << 4));
        byte mode = (byte)(kind == MediaKind.Audio ? 5 : 6);
        byte[] lead = hasNanoseconds ? [(byte)(first | 7), 2, .. UInt24(nanoseconds), mode] : [(byte)(first | mode)];
        byte[] name = multitrack == FlvMultitrack.ManyTracksManyCodecs ? [] : Name(shared);
        byte[] parts = [.. tracks.SelectMany(track => (byte[])[
            .. multitrack == FlvMultitrack.ManyTracksManyCodecs ? Name(track.FourCc) : [],
            track.Id,
            .. isOneTrack ? [] : UInt24(track.Body.Length),
            .. track.Body])];
        return new MultitrackBody(
            kind, frameType, packetType, nanoseconds, tracks, [.. lead, (byte)((((int)multitrack - 1) << 4) | code), .. name, .. parts]);
    }

    private static Track MakeTrack(MediaKind kind, byte id, FourCc fourCc, int code, Random random)
    {
        byte[] data = new byte[random.Next(30)];
        random.NextBytes(data);
        bool hasTime = code == 1 && fourCc.GetCodec(kind) is MediaCodec.Avc or MediaCodec.Hevc;
        int time = hasTime ? random.Next(-100, 100) : 0;
        return new Track(id, fourCc, time, data, hasTime ? [.. UInt24(time), .. data] : data);
    }

    private static FourCc PickFourCc(MediaKind kind, Random random)
    {
        string[] names = kind == MediaKind.Video ? ["avc1", "hvc1", "av01", "vp08", "vp09", "new1"] : ["mp4a", "Opus", "fLaC", "ac-3", "ec-3", ".mp3"];
        return FourCc.Read(Encoding.ASCII.GetBytes(names[random.Next(names.Length)]));
    }

    private static byte[] Name(FourCc fourCc) => Encoding.ASCII.GetBytes(fourCc.ToString());

    private static byte[] UInt24(int value) => [(byte)(value >> 16), (byte)(value >> 8), (byte)value];

    internal sealed record Track(byte Id, FourCc FourCc, int CompositionTime, byte[] Data, byte[] Body);
}
