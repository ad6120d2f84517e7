using MediaServer.Media;

namespace MediaServer.Fuzz.Targets;

/// <summary>
/// Headers of audio and video bodies, old and extended. One never reaches further than the body, and more bytes behind it never change it.
/// A multitrack body is taken apart into bodies that say the same of their track, and whose bytes are all of its bytes.
/// </summary>
internal sealed class FlvMediaHeaderTarget(MediaKind kind) : FuzzTarget
{
    private readonly SlabCheck _slabs = new();

    public override string Name => kind == MediaKind.Video ? "flv-video" : "flv-audio";

    public override IEnumerable<byte[]> Seeds => kind == MediaKind.Video ? FlvBodies.Video : FlvBodies.Audio;

    public override IReadOnlyList<byte[]> Tokens => TokensOf("avc1", "hvc1", "av01", "vp08", "vp09", "vvc1", "mp4a", "Opus", "fLaC", "ac-3", "ec-3", ".mp3");

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        bool isHeader = FlvMediaHeader.TryParse(kind, input, out FlvMediaHeader header);
        outcome.Add(isHeader);
        if (!isHeader)
        {
            return;
        }

        Oracle.Holds(header.DataOffset <= input.Length, "the header is longer than the body");
        Oracle.Holds(header.CompositionTime is >= -0x800000 and <= 0x7FFFFF, "a composition time of more than 24 bits");
        Oracle.Holds(header.NanosecondOffset is >= 0 and < 1_000_000, "nanoseconds of more than a millisecond");
        byte[] prefix = input[..Math.Min(input.Length, FlvMediaHeader.MaxLengthBytes)];
        Oracle.Holds(FlvMediaHeader.TryParse(kind, prefix, out FlvMediaHeader ofPrefix) && ofPrefix == header, "the prefix says something else than the whole");
        outcome.Add((long)header.Codec);
        outcome.Add((long)header.FrameType);
        outcome.Add((long)header.PacketType);
        outcome.Add((long)header.Multitrack);
        outcome.Add(header.DataOffset);
        if (MultitrackReader.IsNeededFor(header))
        {
            TakeApart(header, input, ref outcome);
            _slabs.AssertAllReturned();
        }
    }

    private void TakeApart(in FlvMediaHeader header, byte[] input, ref Fingerprint outcome)
    {
        using var headers = new SlabWriter(_slabs.Pool);
        using var body = new PayloadBuilder(_slabs.Pool);
        using var track = new PayloadBuilder(_slabs.Pool);
        body.Append(input);
        var reader = new MultitrackReader(header, body, headers);
        int at = header.DataOffset;
        int parts = 0;
        while (reader.TryRead(track))
        {
            byte[] part = new byte[track.LengthBytes];
            track.CopyPrefix(part);
            track.Clear();
            int length = TakePart(header, input, ref at);
            Oracle.Holds(part.AsSpan().EndsWith(input.AsSpan(at - length, length)), "other bytes than the body's");
            AssertSameHeader(header, part);
            parts++;
        }

        Oracle.Holds(parts <= MultitrackReader.MaxParts, "too many parts");
        Oracle.Holds(reader.IsMalformed || at == input.Length, "the parts are not the whole");
        outcome.Add(parts);
        outcome.Add(reader.IsMalformed);
    }

    /// <summary>Moves behind a part, by the format's own rules.</summary>
    /// <returns>The part's length, without the header that it had in the body.</returns>
    private static int TakePart(in FlvMediaHeader header, byte[] input, ref int at)
    {
        if (header.Multitrack == FlvMultitrack.OneTrack)
        {
            int rest = input.Length - at;
            at = input.Length;
            return rest;
        }

        at += header.Multitrack == FlvMultitrack.ManyTracksManyCodecs ? 8 : 4; // FourCC if there is one, track, size
        int length = (input[at - 3] << 16) | (input[at - 2] << 8) | input[at - 1];
        at += length;
        return length;
    }

    private void AssertSameHeader(in FlvMediaHeader header, byte[] part)
    {
        if (!FlvMediaHeader.TryParse(kind, part, out FlvMediaHeader again))
        {
            Oracle.Holds(header.PacketType == FlvPacketType.Frame, "the header of a part cannot be read");
            return; // its composition time is cut off
        }

        Oracle.Same((header.FrameType, header.PacketType, header.NanosecondOffset), (again.FrameType, again.PacketType, again.NanosecondOffset), "part and whole");
        Oracle.Holds(!MultitrackReader.IsNeededFor(again), "a part that has to be taken apart");
        Oracle.Same(again.TrackId == 0 ? FlvMultitrack.None : FlvMultitrack.OneTrack, again.Multitrack, "form of a part");
    }
}
