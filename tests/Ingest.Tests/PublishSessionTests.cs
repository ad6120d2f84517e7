using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Ingest.Tests;

public sealed class PublishSessionTests : IDisposable
{
    // 640x360, High profile, from x264; lengths of four bytes.
    private const string AvcRecord =
        "0164001EFFE1001A6764001EACD980A02FF97011000003000100000300" + "3C0F162D9A01000668E9784CB22CFDF8F800";

    private readonly LeakCheckingPool _slabs = new();
    private readonly ManualTimeProvider _time = new();
    private readonly IngestCounters _counters = new();
    private readonly StreamHub _hub;
    private readonly Subscription _reader;
    private readonly PublishSession _session;
    private readonly PayloadBuilder _payload;

    public PublishSessionTests()
    {
        _hub = new StreamHub(new HubOptions(), _time);
        Assert.True(StreamKey.TryParse("live/show", out StreamKey key, out _));
        Publication publication = _hub.TryPublish(key, out _)!;
        _reader = publication.Topic.Subscribe(new SubscriptionOptions { Kind = "test" });
        _session = new PublishSession(publication, _slabs.Pool, _time, _counters, NullLogger.Instance);
        _payload = new PayloadBuilder(_slabs.Pool);
    }

    public void Dispose()
    {
        _session.Dispose();
        _reader.Dispose();
        _payload.Dispose();
        _slabs.Dispose();
    }

    [Fact]
    public void A_key_frame_by_its_bitstream_is_one_whatever_its_flag_says()
    {
        PublishConfiguration();

        Receive(RtmpMessageType.Video, 40, "2701000000" + "00000002" + "65FF"); // flagged as inter frame, holds an IDR slice

        MediaFrame frame = ReadMedia();
        Assert.True(frame.Is(FrameTraits.RandomAccess));
        Assert.Equal(1, _counters.KeyFrameMismatches);
        frame.Release();
    }

    [Fact]
    public void A_frame_flagged_as_key_that_is_none_is_no_place_to_join()
    {
        PublishConfiguration();
        Receive(RtmpMessageType.Video, 0, "1701000000" + "00000002" + "65FF");
        ReadMedia().Release();

        Receive(RtmpMessageType.Video, 40, "1701000000" + "00000002" + "41FF"); // flagged as key frame, holds a P slice

        MediaFrame frame = ReadMedia();
        Assert.False(frame.Is(FrameTraits.RandomAccess));
        Assert.Equal(1, _counters.KeyFrameMismatches);
        frame.Release();
    }

    [Fact]
    public void A_frame_that_no_other_refers_to_is_disposable()
    {
        PublishConfiguration();
        Receive(RtmpMessageType.Video, 0, "1701000000" + "00000002" + "65FF");
        ReadMedia().Release();

        Receive(RtmpMessageType.Video, 40, "2701000000" + "00000002" + "01FF"); // nal_ref_idc 0

        MediaFrame frame = ReadMedia();
        Assert.True(frame.Is(FrameTraits.Disposable));
        frame.Release();
    }

    [Theory]
    [InlineData("2701000000" + "000000FF" + "41FF")] // a NAL unit longer than its frame
    [InlineData("2701000000" + "000000")]            // half a length
    [InlineData("27010000")]                          // half a tag header
    [InlineData("27")]
    public void A_video_message_that_does_not_add_up_is_dropped_and_the_stream_goes_on(string body)
    {
        PublishConfiguration();
        Receive(RtmpMessageType.Video, 0, "1701000000" + "00000002" + "65FF");
        ReadMedia().Release();

        Receive(RtmpMessageType.Video, 40, body);
        Receive(RtmpMessageType.Video, 80, "2701000000" + "00000002" + "41FF");

        Assert.Equal(1, _counters.MalformedMessages);
        MediaFrame frame = ReadMedia();
        Assert.Equal(80, frame.Dts);
        frame.Release();
    }

    [Fact]
    public void Empty_messages_are_passed_over()
    {
        Receive(RtmpMessageType.Video, 0, "");
        Receive(RtmpMessageType.Audio, 0, "");
        Receive(RtmpMessageType.Data, 0, "");

        Assert.False(_reader.TryRead(out _));
        Assert.Equal(0, _counters.MalformedMessages);
    }

    [Fact]
    public void A_sequence_header_that_repeats_the_last_one_is_published_once()
    {
        Receive(RtmpMessageType.Audio, 0, "AF00" + "1210");
        Receive(RtmpMessageType.Audio, 0, "AF00" + "1210");
        Receive(RtmpMessageType.Audio, 0, "AF00" + "1190");

        Assert.Equal(2, _reader.Topic.Head);
    }

    [Fact]
    public void Composition_times_below_zero_stay_below_zero()
    {
        PublishConfiguration();

        Receive(RtmpMessageType.Video, 100, "1701FFFFD8" + "00000002" + "65FF");

        MediaFrame frame = ReadMedia();
        Assert.Equal(-40, frame.CompositionOffset);
        Assert.Equal(60, frame.Pts);
        frame.Release();
    }

    [Fact]
    public void Metadata_goes_to_players_bare()
    {
        const string OnMetaData = "02000A6F6E4D65746144617461" + "080000000000" + "0009";

        Receive(RtmpMessageType.Data, 0, "02000D40736574446174614672616D65" + OnMetaData);

        Assert.True(_reader.TryRead(out MediaFrame? frame));
        Assert.True(frame.Is(FrameTraits.Metadata));
        byte[] payload = new byte[frame.LengthBytes];
        frame.CopyTo(payload);
        Assert.Equal(Wire.Hex(OnMetaData), payload);
        frame.Release();
    }

    [Fact]
    public void A_frame_costs_its_object_and_nothing_else()
    {
        PublishConfiguration();
        using var bytes = new SlabSequence(_slabs.Pool, Wire.Hex("2701000000" + "00000002" + "41FF"));
        uint time = 0;
        void Publish()
        {
            _payload.Append(bytes.Sequence);
            _session.Receive(new RtmpMessageHeader(RtmpMessageType.Video, time += 40, _payload.LengthBytes, 1), _payload, _time.GetTimestamp());
            while (_reader.TryRead(out MediaFrame? frame))
            {
                frame.Release();
            }
        }

        long one = Allocations.Of(Publish);

        Assert.InRange(one, 1, 300); // the frame object; its bytes are pooled
    }

    private void PublishConfiguration()
    {
        Receive(RtmpMessageType.Video, 0, "1700000000" + AvcRecord);
        Assert.True(_reader.TryRead(out MediaFrame? header));
        Assert.True(header.Is(FrameTraits.SequenceHeader));
        header.Release();
    }

    private MediaFrame ReadMedia()
    {
        Assert.True(_reader.TryRead(out MediaFrame? frame));
        return frame;
    }

    private void Receive(RtmpMessageType type, uint timestamp, string body)
    {
        using var bytes = new SlabSequence(_slabs.Pool, Wire.Hex(body));
        _payload.Append(bytes.Sequence);
        _session.Receive(new RtmpMessageHeader(type, timestamp, _payload.LengthBytes, 1), _payload, _time.GetTimestamp());
        _payload.Clear();
    }
}
