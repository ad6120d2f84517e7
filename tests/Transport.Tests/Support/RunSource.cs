using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;

namespace MediaServer.Transport.Tests;

/// <summary>Frames of a log, taken as a run when one was put together from where the source stands; what becomes of them is remembered.</summary>
/// <remarks>The list is the log: it holds a reference to each frame, until <see cref="Evict"/>.</remarks>
internal sealed class RunSource(IReadOnlyList<MediaFrame> log, FrameEnvelope envelope) : IFrameSource
{
    private int _next;

    public FrameRun Run { get; } = new(envelope);

    public List<MediaFrame> SentFrames { get; } = [];

    public List<MediaFrame> LostFrames { get; } = [];

    /// <summary>How many frames of the log there are to read so far.</summary>
    public int Head { get; set; } = log.Count;

    /// <summary>Runs that were sent whole.</summary>
    public int SentRuns { get; private set; }

    /// <summary>What the source answers once everything is sent.</summary>
    public Action? SayGoodbye { get; set; }

    /// <summary>Puts the next run together, as a walk does.</summary>
    public void Fill(int from, int count)
    {
        Run.Clear();
        for (int i = from; i < from + count; i++)
        {
            Assert.True(log[i].TryRetain());
            Assert.True(Run.TryAdd(log[i]));
        }
    }

    /// <summary>The log lets go of frames.</summary>
    public void Evict(int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            log[i].Release();
        }
    }

    public bool TryTakeRun([NotNullWhen(true)] out FrameRun? run)
    {
        run = Run;
        if (run.Count == 0 || run.Frames[0] != log.ElementAtOrDefault(_next))
        {
            return false;
        }

        _next += run.Count;
        return true;
    }

    public bool TryRead([MaybeNullWhen(false)] out MediaFrame frame)
    {
        frame = null;
        if (_next >= Head)
        {
            if (SentFrames.Count + LostFrames.Count == log.Count)
            {
                SayGoodbye?.Invoke();
                SayGoodbye = null;
            }

            return false;
        }

        frame = log[_next++];
        Assert.True(frame.TryRetain());
        return true;
    }

    public void Sent(MediaFrame frame) => SentFrames.Add(frame);

    public void Sent(FrameRun run)
    {
        SentRuns++;
        SentFrames.AddRange(run.Frames);
    }

    public void Lost(MediaFrame frame) => LostFrames.Add(frame);
}
