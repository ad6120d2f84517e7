using System.Diagnostics;
using MediaServer.TestKit;
using Xunit.Abstractions;

namespace MediaServer.Hub.Tests.Stress;

/// <summary>Real threads on one log: some rounds in <c>./test.sh</c>, hours of them with <c>./test.sh stress 2h</c>.</summary>
public sealed class StressTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Frames_stay_whole_and_in_order_while_the_log_is_evicted_under_all_its_readers()
    {
        long started = Stopwatch.GetTimestamp();
        int rounds = 0;
        long published = 0;
        long resumes = 0;
        var tally = new StressTally();
        while (Stopwatch.GetElapsedTime(started) < (Endurance.Duration ?? Usual))
        {
            int seed = Endurance.Seed + rounds++;
            var round = new StressRound(seed);
            try
            {
                await round.RunAsync();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Round {seed} (MEDIASERVER_TEST_SEED={seed}): {exception.Message}", exception);
            }

            published += round.Published;
            resumes += round.Resumes;
            tally.Add(round.Tally);
        }

        output.WriteLine(
            $"seeds {Endurance.Seed} to {Endurance.Seed + rounds - 1}: {published} frames published, {tally.Delivery.Delivered.Total} delivered, "
            + $"{tally.Runs} runs taken whole, {tally.Delivery.Overruns} overruns, {tally.Gaps} gaps, {tally.CutOffs} cut off, {resumes} publishers came back");
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            output.WriteLine($"{reason}: {tally.Delivery.GetDropped(reason)}");
            Assert.True(tally.Delivery.GetDropped(reason).Total > 0, $"nothing was ever dropped for {reason}: the test tests less than it says");
        }

        Assert.True(
            tally.Runs > 0 && tally.Delivery.Overruns > 0 && tally.Delivery.Injected > 0 && resumes > 0 && tally.Gaps > 0 && tally.CutOffs > 0,
            "something never happened");
    }
}
