using MediaServer.Playback.Tests.Support;

namespace MediaServer.Playback.Tests;

public class FlvAllocationTests
{
    private const int FrameBytes = 1000;

    [Theory]
    [InlineData("HTTP/1.0|", 13, 11 + FrameBytes + 4)]
    [InlineData("HTTP/1.1|Host: localhost|", 3 + 13 + 2, 10 + 11 + FrameBytes + 4 + 2)]
    [InlineData(
        "HTTP/1.1|Host: localhost|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|",
        2 + 13,
        4 + 11 + FrameBytes + 4)]
    public async Task A_shard_sends_frames_to_its_players_and_allocates_nothing(string version, int headerBytes, int bytesPerFrame)
    {
        await using FlvServer server = await FlvServer.StartAsync();
        server.Publisher.PublishVideo(isRandomAccess: true, FrameBytes);
        RawHttpClient[] players = [.. Enumerable.Range(0, 5).Select(
            _ => RawHttpClient.Ask(server.Port, $"GET /live/show.flv {version}|"))];
        foreach (RawHttpClient player in players)
        {
            await player.HearHeadAsync();
            await player.HearAsync(headerBytes + bytesPerFrame);
        }

        await PublishAndHearAsync(server, players, bytesPerFrame, frames: 200); // to warm up

        // The least of some rounds: what a contended lock or a timer allocates once in a while does not belong to a frame.
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = await server.Loop.GetAllocatedAsync();
            await PublishAndHearAsync(server, players, bytesPerFrame, frames: 50);
            least = Math.Min(least, await server.Loop.GetAllocatedAsync() - before);
        }

        Assert.Equal(0, least); // of the shard's thread: waiting, walking, sending
        Array.ForEach(players, player => player.Dispose());
    }

    private static async Task PublishAndHearAsync(FlvServer server, RawHttpClient[] players, int bytesPerFrame, int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            server.Publisher.PublishVideo(isRandomAccess: false, FrameBytes);
            foreach (RawHttpClient player in players)
            {
                await player.HearAsync(bytesPerFrame);
            }
        }
    }
}
