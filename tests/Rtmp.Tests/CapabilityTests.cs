namespace MediaServer.Rtmp.Tests;

public class CapabilityTests
{
    private static readonly string[] Plain = ["fmsVer", "capabilities", "mode"];

    [Fact]
    public void What_a_client_says_it_can_do_comes_with_its_request()
    {
        using Peer peer = Peer.Connecting(
            new("fourCcList", AmfValue.FromArray("hvc1", "av01", "hvc1", "*", "toolong", 5)),
            new("videoFourCcInfoMap", AmfValue.FromObject(new("vp09", 3), new("*", 4), new("bad", 7), new("av01", double.NaN))),
            new("audioFourCcInfoMap", AmfValue.FromEcmaArray(new AmfProperty("Opus", 1))),
            new("capsEx", 0x0E),
            new("videoFunction", 7));
        peer.Call("play", 2, AmfValue.Null, "show");

        RtmpCapabilities said = peer.Session.PendingRequest!.Capabilities;

        Assert.Equal(["hvc1", "av01", "*"], said.FourCcList.AsEnumerable());
        Assert.Equal(FourCcInfo.CanDecode | FourCcInfo.CanEncode, said.VideoFourCcs["vp09"]);
        Assert.Equal(FourCcInfo.CanForward, said.VideoFourCcs[RtmpCapabilities.AnyFourCc]);
        Assert.Equal(FourCcInfo.None, said.VideoFourCcs["av01"]);
        Assert.Equal(3, said.VideoFourCcs.Count);
        Assert.Equal(FourCcInfo.CanDecode, Assert.Single(said.AudioFourCcs).Value);
        Assert.Equal(RtmpExtensions.Multitrack | RtmpExtensions.Modifiers | RtmpExtensions.TimestampNanoOffset, said.Extensions);
        Assert.Equal(VideoFunctions.Seek | VideoFunctions.Hdr | VideoFunctions.Metadata, said.VideoFunctions);
        Assert.True(said.IsEnhanced);
    }

    public static TheoryData<string> Mentions => ["fourCcList", "videoFourCcInfoMap", "audioFourCcInfoMap", "capsEx", "videoFunction"];

    [Theory]
    [MemberData(nameof(Mentions))]
    public void Whoever_mentions_any_of_it_is_told_what_the_server_can_do(string property)
    {
        using Peer peer = Peer.Connecting(new AmfProperty(property, property switch
        {
            "fourCcList" => AmfValue.FromArray("hvc1"),
            "capsEx" or "videoFunction" => 2,
            _ => AmfValue.FromObject(new AmfProperty("hvc1", 7)),
        }));

        AmfValue properties = peer.TakeAnswers()[^1].Command[0];

        Assert.Equal("FMS/3,5,7,7009", properties["fmsVer"].Text);
        Assert.Contains("hvc1", properties["fourCcList"].Items.Select(item => item.Text));
        Assert.Equal(4, properties["videoFourCcInfoMap"]["*"].Number);
        Assert.Equal(4, properties["videoFourCcInfoMap"]["av01"].Number);
        Assert.Equal(4, properties["audioFourCcInfoMap"]["Opus"].Number);
        Assert.Equal(0x0E, properties["capsEx"].Number);
    }

    [Theory]
    [InlineData(null)] // OBS
    [InlineData(1.0)] // ffmpeg and Flash
    public void Whoever_does_not_gets_the_answer_of_always(double? videoFunction)
    {
        using Peer peer = Peer.Connecting(videoFunction is { } function ? [new AmfProperty("videoFunction", function)] : []);

        Assert.Equal(Plain, peer.TakeAnswers()[^1].Command[0].Properties.Select(property => property.Name));
        peer.Call("publish", 2, AmfValue.Null, "show");
        Assert.False(peer.Session.PendingRequest!.Capabilities.IsEnhanced);
    }

    [Theory]
    [InlineData("capsEx", -1.0)]
    [InlineData("capsEx", 1e300)]
    [InlineData("capsEx", double.NegativeInfinity)]
    [InlineData("videoFunction", double.NaN)]
    [InlineData("fourCcList", 5.0)]
    [InlineData("videoFourCcInfoMap", 5.0)]
    public void Nonsense_counts_as_nothing_said(string property, double value)
    {
        using Peer peer = Peer.Connecting(new AmfProperty(property, value));

        Assert.Equal(Plain, peer.TakeAnswers()[^1].Command[0].Properties.Select(property => property.Name));
    }

    [Fact]
    public void A_thousand_codecs_are_not_remembered()
    {
        string[] names = [.. Enumerable.Range(0, 1000).Select(i => $"{i:D4}")];
        using Peer peer = Peer.Connecting(
            new("fourCcList", AmfValue.FromArray([.. names.Select(AmfValue.FromText)])),
            new("videoFourCcInfoMap", AmfValue.FromObject([.. names.Select(name => new AmfProperty(name, 1))])));
        peer.Call("play", 2, AmfValue.Null, "show");

        RtmpCapabilities said = peer.Session.PendingRequest!.Capabilities;

        Assert.Equal(64, said.FourCcList.Length);
        Assert.Equal(64, said.VideoFourCcs.Count);
    }
}
