using System.Diagnostics;
using MediaServer.Hub;
using MediaServer.TestKit;
using Xunit.Abstractions;

namespace MediaServer.Ingest.Tests.Dropping;

/// <summary>
/// Dropping is harmless: real streams, subscribers of every policy that stall in hundreds of ways, and a decoder that forgives nothing. Each
/// picture that comes out must be that of the whole stream, bit by bit: decoders hide some of what is missing.
/// </summary>
public sealed class DroppingTests(ITestOutputHelper output)
{
    private const int Seeds = 12; // with a reader for each policy

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Samples =>
        ["h264-closed-gop.flv", "h264-open-gop.flv", "hevc-open-gop.flv", "hevc-layers.flv", "av1-aom.flv", "av1-svt.flv"];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task However_readers_stall_what_comes_out_decodes_to_the_pictures_of_the_whole_stream(string sample)
    {
        WholeStream whole = await WholeStream.ReadAsync(sample);
        long started = Stopwatch.GetTimestamp();
        var tally = new DroppingTally();
        int seed = Endurance.Seed;
        do
        {
            (int Seed, StalledReader Reader)[] readers = [.. Enumerable.Range(seed, Seeds).SelectMany(each => Stall(sample, each).Select(reader => (each, reader)))];
            IReadOnlyList<string> faults = await whole.FindFaultsAsync([.. readers.Select(entry => entry.Reader.Received)]);
            Assert.True(faults.Count == 0, Describe(faults, readers));
            tally.Add(readers.Select(entry => entry.Reader));
            seed += Seeds;
        }
        while (Stopwatch.GetElapsedTime(started) < (tally.FindMissing(whole.HasLeadingPictures) is null ? Endurance.Duration : Patience));

        output.WriteLine($"seeds {Endurance.Seed} to {seed - 1}: {tally}");
        Assert.True(tally.FindMissing(whole.HasLeadingPictures) is null, $"{tally.FindMissing(whole.HasLeadingPictures)} never happened: {tally}");
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task No_picture_is_missed_that_counts_as_disposable(string sample)
    {
        WholeStream whole = await WholeStream.ReadAsync(sample);
        Assert.True(whole.Pictures.Count(picture => picture.IsDisposable) > whole.Pictures.Count / 5);
        var random = new Random(Endurance.Seed);

        Assert.Empty(await whole.FindFaultsAsync(
        [
            [.. whole.Frames.Where(frame => !frame.IsDisposable)],
            .. Enumerable.Range(0, 10).Select(_ => whole.Frames.Where(frame => !frame.IsDisposable || random.Next(2) == 0).ToList()),
        ]));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_picture_that_is_missed_is_found_out(string sample)
    {
        WholeStream whole = await WholeStream.ReadAsync(sample);
        ReceivedFrame[] needed = [.. whole.Pictures.Where(picture => !picture.IsDisposable).Take(whole.Pictures.Count / 5)];
        List<ReceivedFrame>[] runs = [.. needed.Select(missing => whole.Frames.Where(frame => frame != missing).ToList())];

        // Not each is missed, though it may be referred to; and a decoder at its beginning shows nothing before it has a first picture.
        IReadOnlyList<int> damaged = await whole.FindDamagedAsync(runs);
        Assert.InRange(damaged.Count, needed.Length * 2 / 3, needed.Length);
        Assert.NotEmpty(await whole.FindFaultsAsync([runs[damaged[^1]]]));
    }

    /// <summary>A stream with bounds drawn from a seed, and a reader of each policy.</summary>
    private static StalledReader[] Stall(string sample, int seed)
    {
        var random = new Random(seed);
        int lagFrames = random.Next(40, 200); // a group of pictures has some 67, with its sound
        var options = new HubOptions
        {
            LagFrames = lagFrames,
            LagBytes = random.Next(2) == 0 ? 1_000_000 : random.Next(3_000, 12_000), // the samples have some 8 kB a second
            LagTime = TimeSpan.FromMilliseconds(random.Next(500, 4_000)),
            RecoveryTime = TimeSpan.FromMilliseconds(random.Next(2_000)),
            BlockBytes = random.Next(2, 14) * 64 * 1024, // a slab for some 2 kB each, see Broadcast
            BudgetFrames = lagFrames + random.Next(300),
            BudgetTime = TimeSpan.FromSeconds(4 + random.Next(4)),
        };
        using var broadcast = new Broadcast(sample, options, random);
        StalledReader[] readers = [];
        int untilJoin = random.Next(60);
        broadcast.Play(() =>
        {
            if (untilJoin-- == 0)
            {
                readers = [.. Enum.GetValues<SlowPolicy>().Select(policy => new StalledReader(random, broadcast.Topic, policy))];
            }

            foreach (StalledReader reader in readers)
            {
                reader.Step();
            }
        });
        foreach (StalledReader reader in readers)
        {
            reader.Leave();
        }

        return readers;
    }

    private static string Describe(IReadOnlyList<string> faults, (int Seed, StalledReader Reader)[] readers) => string.Join(
        '\n',
        faults.Take(20).Concat(readers.Select((entry, run) => $"run {run} is seed {entry.Seed}, policy {entry.Reader.Policy}")
            .Where(line => faults.Any(fault => fault.StartsWith(line[..(line.IndexOf(" is", StringComparison.Ordinal))] + ":", StringComparison.Ordinal)))));
}
