using System.Net.Sockets;
using MediaServer.EndToEnd.Harness;
using Xunit.Abstractions;

namespace MediaServer.EndToEnd;

/// <summary>Very many that come and go: afterwards everything is as it was.</summary>
public sealed class ChurnTests(ITestOutputHelper output)
{
    private const int AtOnce = 25;
    private const long MemoryGrowthLimit = 64 * 1024 * 1024;

    [Fact]
    public async Task After_two_thousand_connections_three_hundred_streams_and_a_thousand_players_of_nothing_memory_handles_and_series_are_back()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("churn", "--Hub:ResumeWindow=00:00:00", "--Hls:EndedLifetime=00:00:01");
        await ChurnAsync(server, connections: 200, streams: 100, players: 100); // what is made once is there by then
        int series = await SettleAsync(server, () => true);
        int handles = server.OpenHandles;
        long memory = server.ResidentBytes;

        await ChurnAsync(server, connections: 2_000, streams: 300, players: 1_000);
        int seriesAfter = await SettleAsync(server, () => server.OpenHandles <= handles + 2); // a timer or an idle HTTP connection more or less
        output.WriteLine($"handles {handles} and {server.OpenHandles}, memory {memory >> 20} and {server.ResidentBytes >> 20} MiB, series {series} and {seriesAfter}");

        Assert.Equal(series, seriesAfter);
        Assert.True(server.ResidentBytes - memory < MemoryGrowthLimit, $"grew from {memory >> 20} to {server.ResidentBytes >> 20} MiB");
    }

    /// <summary>Waits until nobody is connected and nothing is held.</summary>
    /// <returns>How many series of metrics there are then.</returns>
    private static async Task<int> SettleAsync(ServerProcess server, Func<bool> condition)
    {
        MetricsReading metrics = await server.ReadMetricsAsync();
        await Waiting.UntilAsync(
            async () =>
            {
                metrics = await server.ReadMetricsAsync();
                return metrics.Sum("mediaserver_rtmp_connections") == 0 && metrics.Sum("mediaserver_slabs_outstanding") == 0
                    && (await server.ListAsync()).Length == 0 && condition();
            },
            () => $"something is still held; {server.OpenHandles} handles:\n{metrics}\n{server.Tail()}");
        return metrics.Count;
    }

    private static async Task ChurnAsync(ServerProcess server, int connections, int streams, int players)
    {
        await ForEachAsync(connections, async index =>
        {
            if (index % 2 == 0)
            {
                using var client = new TcpClient();
                await client.ConnectAsync("localhost", server.RtmpPort);
                return; // gone without a word
            }

            await using HostilePeer peer = await HostilePeer.ConnectAsync(server);
        });
        await ForEachAsync(streams, async index =>
        {
            await using HostilePeer peer = await HostilePeer.PublishAsync(server, $"short-{index}");
            foreach (ReceivedFrame frame in Sample.Read(Sample.PathOf(Sample.AudioOnly)).Take(10))
            {
                await peer.SendAsync(HostilePeer.Message(4, 8, 1, frame.Body));
            }
        });
        await ForEachAsync(players, async index =>
        {
            await using HostilePeer peer = await HostilePeer.ConnectAsync(server);
            await peer.PlayAsync($"nothing-{index}");
            await peer.ReadUntilAsync("NetStream.Play.StreamNotFound");
            await peer.WaitForCloseAsync(server.Tail);
        });
    }

    private static Task ForEachAsync(int count, Func<int, Task> act) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, _) => await act(index));
}
