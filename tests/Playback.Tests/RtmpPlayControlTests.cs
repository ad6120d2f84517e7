using MediaServer.Hub;
using MediaServer.Playback.Tests.Support;

namespace MediaServer.Playback.Tests;

public class RtmpPlayControlTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_paused_player_gets_nothing_and_goes_on_live_at_a_key_frame(bool isManaged)
    {
        await using PlaybackServer server = await PlaybackServer.StartAsync(isManaged);
        server.PublishVideo(isRandomAccess: true);
        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port);
        Assert.Equal((40u, true, 1000), await player.ReadVideoAsync());

        player.Call("pause", true);
        while (!player.WasToldOfTheEnd)
        {
            await player.HearAsync();
        }

        server.PublishVideo(isRandomAccess: true);
        server.PublishAudio();
        server.PublishVideo(isRandomAccess: false);
        await PlaybackServer.UntilAsync(() => FilteredBy(server) == 3);
        player.Call("pause", false);
        await player.HearAsync();
        server.PublishVideo(isRandomAccess: false);
        server.PublishAudio();
        server.PublishVideo(isRandomAccess: true);
        server.PublishVideo(isRandomAccess: false);

        Assert.Equal((200u, true, 1000), await player.ReadVideoAsync());
        Assert.Equal((240u, false, 1000), await player.ReadVideoAsync());
    }

    [Fact]
    public async Task A_player_that_wants_no_video_gets_audio_alone()
    {
        await using PlaybackServer server = await PlaybackServer.StartAsync();
        server.PublishVideo(isRandomAccess: true);
        using RtmpPlayClient player = await RtmpPlayClient.PlayAsync(server.Port);
        Assert.Equal((40u, true, 1000), await player.ReadVideoAsync());
        player.Call("receiveVideo", false);
        player.Call("seek", false); // is answered, so what came before is done
        await player.HearAsync();

        server.PublishVideo(isRandomAccess: true);
        server.PublishAudio();
        await player.ReadAudioAsync();
        player.Call("receiveVideo", true);
        await player.HearAsync();
        server.PublishVideo(isRandomAccess: true);

        Assert.Equal((120u, true, 1000), await player.ReadVideoAsync());
        Assert.Equal(1, FilteredBy(server));
    }

    private static long FilteredBy(PlaybackServer server) => server.Topic.GetStatistics().Traffic.Delivery.GetDropped(DropReason.Filtered).Total;
}
