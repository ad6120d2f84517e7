using System.Diagnostics;
using MediaServer.TestKit;
using Xunit.Abstractions;

namespace MediaServer.Hub.Tests.Stress;

/// <summary>Real threads on one log: some rounds in <c>./test.sh</c>, hours of them with <c>./test.sh stress 2h</c>.</summary>
public sealed class StressTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Frames_stay_whole_and_in_order_while_the_log_is_evicted_under_all_its_readers()
    {
        long started = Stopwatch.GetTimestamp();
        TimeSpan duration = Endurance.Duration ?? Usual;
        int rounds = 0;
        var tally = new StressTally();
        while (Stopwatch.GetElapsedTime(started) < (tally.FindMissing() is null ? duration : duration + Patience))
        {
            int seed = Endurance.Seed + rounds++;
            try
            {
                var round = new StressRound(seed);
                await round.RunAsync();
                tally.Add(round.Tally);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Round {seed} (MEDIASERVER_TEST_SEED={seed}): {exception.Message}", exception);
            }
        }

        output.WriteLine($"seeds {Endurance.Seed} to {Endurance.Seed + rounds - 1}: {tally}");
        Assert.True(tally.FindMissing() is null, $"{tally.FindMissing()} never happened: the test tests less than it says");
    }
}
