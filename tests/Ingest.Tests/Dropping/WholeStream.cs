using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Ingest.Tests.Dropping;

/// <summary>All frames of a sample, and the pictures that they decode to: what everything that is received in part must agree with.</summary>
internal sealed class WholeStream
{
    private readonly string _sample;
    private readonly Dictionary<long, int> _needed = []; // offset of a picture -> how many that are not disposable come before it
    private IReadOnlyDictionary<(int Run, long Pts), string> _hashes = new Dictionary<(int, long), string>();

    private WholeStream(string sample, IReadOnlyList<ReceivedFrame> frames)
    {
        _sample = sample;
        Frames = frames;
        Pictures = [.. frames.Where(frame => frame.IsPicture)];
        int needed = 0;
        foreach (ReceivedFrame picture in Pictures)
        {
            _needed[picture.Offset] = needed;
            needed += picture.IsDisposable ? 0 : 1;
        }
    }

    /// <summary>Everything that was published.</summary>
    public IReadOnlyList<ReceivedFrame> Frames { get; }

    /// <summary>The video frames, in decoding order.</summary>
    public IReadOnlyList<ReceivedFrame> Pictures { get; }

    /// <summary>Whether pictures that are shown before a random access point follow it.</summary>
    public bool HasLeadingPictures => Pictures.Zip(Pictures.Skip(1)).Any(pair => pair.First.IsRandomAccess && pair.Second.Pts < pair.First.Pts);

    /// <summary>
    /// Whether random access points are H.264's recovery points. Nothing in the bitstream says that decoding begins at one: a decoder that is
    /// at work, and is not told, goes on with numbers and reference pictures of before (docs/adr/0014).
    /// </summary>
    private bool StartsAnew => Pictures.Any(picture => picture is { Codec: MediaCodec.Avc, IsRandomAccess: true } && picture != Pictures[0])
        && HasLeadingPictures;

    /// <summary>Publishes a sample to somebody who reads at once, and decodes it.</summary>
    public static async Task<WholeStream> ReadAsync(string sample)
    {
        var frames = new List<ReceivedFrame>();
        using var broadcast = new Broadcast(sample, new HubOptions(), new Random(0));
        using (Subscription reader = broadcast.Topic.Subscribe(new SubscriptionOptions { Kind = "test" }))
        {
            broadcast.Play(() =>
            {
                while (reader.TryRead(out MediaFrame? frame))
                {
                    frames.Add(ReceivedFrame.CopyOf(frame));
                    frame.Release();
                }
            });
        }

        var whole = new WholeStream(sample, frames);
        Decoded decoded = await Decoded.FromAsync(whole.Record([frames]));
        Assert.Equal("", decoded.Complaint);
        Assert.Equal(whole.Pictures.Count, decoded.Pictures.Count);
        whole._hashes = decoded.Pictures;
        return whole;
    }

    /// <summary>Looks whether each of some runs decodes, without a fault, to the pictures of the whole stream.</summary>
    /// <returns>What is wrong, with the number of the run; empty if nothing is.</returns>
    public async Task<IReadOnlyList<string>> FindFaultsAsync(IReadOnlyList<IReadOnlyList<ReceivedFrame>> runs)
    {
        List<string> faults = Compare(runs, await Decoded.FromAsync(Record(runs)));
        if (faults.Count == 0 || runs.Count == 1)
        {
            return faults;
        }

        // The first fault was the end: each by itself, to know whose they are.
        var own = new List<string>();
        for (int run = 0; run < runs.Count; run++)
        {
            own.AddRange((await FindFaultsAsync([runs[run]])).Select(fault => $"run {run}: {fault}"));
        }

        return own.Count > 0 ? own : [$"{_sample}: each run decodes by itself, but all together do not", .. faults];
    }

    /// <summary>Which of some runs decode to something else than the whole stream's pictures. The decoder's own word does not count.</summary>
    public async Task<IReadOnlyList<int>> FindDamagedAsync(IReadOnlyList<IReadOnlyList<ReceivedFrame>> runs)
    {
        Decoded decoded = await Decoded.FromAsync(Record(runs), isStrict: false);
        return [.. Enumerable.Range(0, runs.Count).Where(run => runs[run].Any(frame => frame.IsPicture && FaultOf(frame, run, decoded) is not null))];
    }

    private Recording Record(IReadOnlyList<IReadOnlyList<ReceivedFrame>> runs)
    {
        var recording = new Recording(StartsAnew);
        foreach (IReadOnlyList<ReceivedFrame> run in runs)
        {
            recording.Add(run, (one, other) => _needed[other.Offset] == _needed[one.Offset] + (one.IsDisposable ? 0 : 1));
        }

        return recording;
    }

    private List<string> Compare(IReadOnlyList<IReadOnlyList<ReceivedFrame>> runs, Decoded decoded)
    {
        List<string> faults = decoded.Complaint.Length == 0 ? [] : [decoded.Complaint];
        faults.AddRange(runs.SelectMany((frames, run) => frames.Where(frame => frame.IsPicture).Select(frame => FaultOf(frame, run, decoded))).OfType<string>());
        int pictures = runs.Sum(frames => frames.Count(frame => frame.IsPicture));
        int sounds = runs.Sum(frames => frames.Count(frame => frame is { IsSound: true, Codec: MediaCodec.Aac }));
        if ((pictures, sounds) != (decoded.Pictures.Count, decoded.Sounds))
        {
            faults.Add($"{decoded.Pictures.Count} pictures and {decoded.Sounds} sounds were decoded of {pictures} and {sounds}");
        }

        return faults;
    }

    private string? FaultOf(ReceivedFrame picture, int run, Decoded decoded) =>
        !decoded.Pictures.TryGetValue((run, picture.Pts), out string? hash) ? $"{picture} is not shown"
        : hash != _hashes[(0, picture.Pts)] ? $"{picture} is another picture than in the whole stream"
        : null;
}
