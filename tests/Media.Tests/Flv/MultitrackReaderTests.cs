using MediaServer.TestKit;

namespace MediaServer.Media.Tests.Flv;

public sealed class MultitrackReaderTests : IDisposable
{
    private readonly LeakCheckingPool _memory = new();
    private readonly PayloadBuilder _body;
    private readonly PayloadBuilder _part;
    private readonly SlabWriter _headers;

    public MultitrackReaderTests()
    {
        _body = new PayloadBuilder(_memory.Pool);
        _part = new PayloadBuilder(_memory.Pool);
        _headers = new SlabWriter(_memory.Pool);
    }

    public void Dispose()
    {
        _body.Dispose();
        _part.Dispose();
        _headers.Dispose();
        _memory.Dispose();
    }

    [Theory]
    [InlineData(MediaKind.Video, "96 01 61766331 00 000021 AABB", "91 61766331 000021 AABB")] // one track: the composition time is of the part
    [InlineData(MediaKind.Video, "96 03 68766331 00", "93 68766331")] // with nothing in it
    [InlineData(MediaKind.Audio, "95 00 6D703461 00 1210", "90 6D703461 1210")]
    [InlineData(MediaKind.Audio, "95 11 6D703461 00 000002 2110 01 000001 33", "91 6D703461 2110", "95 01 6D703461 01 33")]
    [InlineData(MediaKind.Video, "A6 11 61766331 02 000005 FFFFD8AABB 00 000004 000000CC", "A6 01 61766331 02 FFFFD8AABB", "A1 61766331 000000CC")]
    [InlineData(MediaKind.Video, "96 20 61763031 00 000001 AA 68766331 07 000002 BBCC", "90 61763031 AA", "96 00 68766331 07 BBCC")]
    [InlineData(MediaKind.Audio, "95 11 4F707573 00 000000 01 000000", "91 4F707573", "95 01 4F707573 01")]
    [InlineData(MediaKind.Video, "97 02 07A120 06 13 76703039 00 000001 AA 01 000001 BB", "97 02 07A120 03 76703039 AA", "97 02 07A120 06 03 76703039 01 BB")]
    [InlineData(MediaKind.Audio, "95 11 4F707573")] // of no track at all
    public void A_body_becomes_one_body_for_each_track_however_it_arrives(MediaKind kind, string hex, params string[] parts)
    {
        byte[] body = Wire.Hex(hex);
        for (int cut = 0; cut < body.Length; cut++)
        {
            Assert.Equal(parts.Select(part => Convert.ToHexString(Wire.Hex(part))), Split(kind, body, out bool isMalformed, cut));
            Assert.False(isMalformed);
        }
    }

    [Theory]
    [InlineData("95 11 6D703461 00 000002 2110 01 000002 33", 1)] // a part longer than what is left
    [InlineData("95 11 6D703461 00 FFFFFF 2110", 0)]
    [InlineData("95 11 6D703461 00 000002 2110 01 0000", 1)] // cut off in a part's header
    [InlineData("95 11 6D703461 00 000002 2110 01", 1)]
    [InlineData("95 21 6D703461 00 000002 2110 6D7034", 1)]
    public void What_follows_a_part_that_makes_no_sense_is_left_out(string hex, int parts)
    {
        Assert.Equal(parts, Split(MediaKind.Audio, Wire.Hex(hex), out bool isMalformed).Count);
        Assert.True(isMalformed);
    }

    [Fact]
    public void A_body_of_very_many_parts_is_read_as_far_as_an_encoder_would_go()
    {
        byte[] Parts(int count) => [0x95, 0x11, .. "Opus"u8, .. Enumerable.Range(0, count).SelectMany(id => new byte[] { (byte)id, 0, 0, 0 })];

        Assert.Equal(MultitrackReader.MaxParts, Split(MediaKind.Audio, Parts(MultitrackReader.MaxParts), out bool isMalformed).Count);
        Assert.False(isMalformed);
        Assert.Equal(MultitrackReader.MaxParts, Split(MediaKind.Audio, Parts(10_000), out isMalformed).Count);
        Assert.True(isMalformed);
    }

    [Theory]
    [InlineData(MediaKind.Video, "91 68766331 000000")]
    [InlineData(MediaKind.Video, "A6 01 61766331 01 000000")]
    [InlineData(MediaKind.Audio, "AF01")]
    public void A_body_of_a_single_track_stays_as_it_is(MediaKind kind, string hex)
    {
        Assert.True(FlvMediaHeader.TryParse(kind, Wire.Hex(hex), out FlvMediaHeader header));

        Assert.False(MultitrackReader.IsNeededFor(header));
    }

    [Fact]
    public void What_is_put_together_at_random_comes_apart_into_the_same()
    {
        Random random = RandomNumbers.Seeded();
        for (int round = 0; round < 2_000; round++)
        {
            MultitrackBody made = MultitrackBody.MakeUp(random);
            List<string> parts = Split(made.Kind, made.Bytes, out bool isMalformed, random.Next(made.Bytes.Length));

            Assert.False(isMalformed);
            Assert.Equal(made.Tracks.Count, parts.Count);
            foreach ((MultitrackBody.Track track, byte[] part) in made.Tracks.Zip(parts.Select(Convert.FromHexString)))
            {
                Assert.True(FlvMediaHeader.TryParse(made.Kind, part, out FlvMediaHeader header));
                Assert.Equal(track.Id == 0 ? FlvMultitrack.None : FlvMultitrack.OneTrack, header.Multitrack);
                Assert.Equal((track.Id, track.FourCc, track.CompositionTime), (header.TrackId, header.FourCc, header.CompositionTime));
                Assert.Equal((made.FrameType, made.PacketType, made.Nanoseconds), (header.FrameType, header.PacketType, header.NanosecondOffset));
                Assert.Equal(track.Data, part[header.DataOffset..]);
            }
        }
    }

    [Fact]
    public void Damaged_bodies_come_apart_within_their_bounds()
    {
        Random random = RandomNumbers.Seeded();
        for (int round = 0; round < 5_000; round++)
        {
            byte[] body = MultitrackBody.MakeUp(random).Bytes[..];
            body = body[..random.Next(1, body.Length + 1)];
            for (int i = random.Next(4); i > 0; i--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            foreach (MediaKind kind in new[] { MediaKind.Audio, MediaKind.Video })
            {
                if (FlvMediaHeader.TryParse(kind, body, out FlvMediaHeader header) && MultitrackReader.IsNeededFor(header))
                {
                    List<string> parts = Split(kind, body, out _);
                    Assert.InRange(parts.Sum(part => part.Length / 2), 0, body.Length + (MultitrackReader.MaxParts * FlvMediaHeader.MaxLengthBytes));
                }
            }
        }
    }

    [Fact]
    public void The_media_of_a_part_stays_where_it_was_received()
    {
        byte[] media = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];
        byte[] body = [0x96, 0x13, .. "hvc1"u8, 0, 0, 0, 2, 8, 9, 1, 0x01, 0x86, 0xA0, .. media];
        using var received = new SlabSequence(_memory.Pool, body);
        _body.Append(received.Sequence);
        Assert.True(FlvMediaHeader.TryParse(MediaKind.Video, body.AsSpan(0, 64), out FlvMediaHeader header));
        var reader = new MultitrackReader(header, _body, _headers);

        Assert.True(reader.TryRead(_part));
        _part.Clear();
        Assert.True(reader.TryRead(_part));

        Assert.Equal(7 + media.Length, _part.LengthBytes);
        Assert.Equal(_body.Fragments[0].Slab, _part.Fragments[1].Slab); // behind the new header
        Assert.Equal(_body.Fragments[1], _part.Fragments[2]);
    }

    [Fact]
    public void The_frames_of_a_body_charge_its_memory_once()
    {
        byte[] body = [0x96, 0x13, .. "hvc1"u8, 0, 0x00, 0xC3, 0x50, .. new byte[50_000], 1, 0x00, 0xC3, 0x50, .. new byte[50_000]];
        using var received = new SlabSequence(_memory.Pool, body);
        _body.Append(received.Sequence);
        Assert.True(FlvMediaHeader.TryParse(MediaKind.Video, body.AsSpan(0, 64), out FlvMediaHeader header));
        var reader = new MultitrackReader(header, _body, _headers);
        var charged = new List<int>();
        while (reader.TryRead(_part))
        {
            MediaFrame frame = MediaFrame.Create(new FrameInfo { Kind = MediaKind.Video }, _part);
            charged.Add(frame.ChargedBytes / Slab.LengthBytes);
            frame.Release();
        }

        Assert.Equal([2, 1], charged); // two slabs of media, one of tag headers
        Assert.Equal(3, _memory.Outstanding);
    }

    [Fact]
    public void Taking_a_body_apart_allocates_nothing()
    {
        using var received = new SlabSequence(_memory.Pool, Wire.Hex("95 11 6D703461 00 000002 2110 01 000001 33"));
        _body.Append(received.Sequence);
        Assert.True(FlvMediaHeader.TryParse(MediaKind.Audio, Wire.Hex("95 11 6D703461"), out FlvMediaHeader header));

        Assert.Equal(0, Allocations.Of(() =>
        {
            var reader = new MultitrackReader(header, _body, _headers);
            while (reader.TryRead(_part))
            {
                _part.Clear();
            }
        }));
    }

    private List<string> Split(MediaKind kind, byte[] bytes, out bool isMalformed, int cut = 0)
    {
        using var received = new SlabSequence(_memory.Pool, bytes, cut);
        _body.Append(received.Sequence);
        Assert.True(FlvMediaHeader.TryParse(kind, bytes, out FlvMediaHeader header));
        var reader = new MultitrackReader(header, _body, _headers);
        var parts = new List<string>();
        while (reader.TryRead(_part))
        {
            byte[] part = new byte[_part.LengthBytes];
            Assert.Equal(part.Length, _part.CopyPrefix(part));
            parts.Add(Convert.ToHexString(part));
            _part.Clear();
        }

        Assert.Equal(0, _part.LengthBytes);
        isMalformed = reader.IsMalformed;
        _body.Clear();
        return parts;
    }
}
