using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>
/// A player that fails the test at the first frame it could not decode: promises 2 and 4. It knows nothing of the rules by which the hub
/// leaves frames out, only what each frame refers to.
/// </summary>
internal sealed class StrictDecoder(SyntheticStream stream)
{
    private readonly HashSet<int> _decoded = [];
    private readonly Dictionary<(MediaKind Kind, byte Track), int> _configuration = [];
    private readonly Dictionary<byte, long> _lenientUntil = []; // by track: the PTS from which it is strict again
    private readonly List<long> _injectedDts = [];
    private long _last = -1;

    /// <summary>Of the log's frames, how many came.</summary>
    public int Count { get; private set; }

    /// <summary>The one exception: video began without a key frame, so what it shows is broken until the next has passed.</summary>
    public void AllowUntilKeyFrame()
    {
        _lenientUntil[0] = long.MaxValue;
        _lenientUntil[1] = long.MaxValue;
    }

    public bool HasDecoded(int offset) => _decoded.Contains(offset);

    public void Accept(Received frame, FrameSelection selection)
    {
        Assert.True(Includes(selection, frame.Kind, frame.TrackId), $"frame {frame.Offset} came, and was not selected");
        if (frame.IsInjected)
        {
            _configuration[(frame.Kind, frame.TrackId)] = frame.Mark;
            _injectedDts.Add(frame.Dts);
            return;
        }

        Assert.True(frame.Offset > _last, $"frame {frame.Offset} after {_last}");
        _last = frame.Offset;
        Count++;

        SyntheticStream.Step step = stream.Steps[(int)frame.Offset];
        Assert.Equal((step.Info.Kind, step.Info.TrackId, step.Mark, step.Info.Dts), (frame.Kind, frame.TrackId, frame.Mark, frame.Dts));
        if (!step.IsConfiguration)
        {
            foreach (KeyValuePair<(MediaKind Kind, byte Track), int> needed in step.InForce)
            {
                if (!Includes(selection, needed.Key.Kind, needed.Key.Track))
                {
                    continue;
                }

                Assert.True(
                    _configuration.TryGetValue(needed.Key, out int version) && version == needed.Value,
                    $"frame {frame.Offset} came with {needed.Key} of version {version}, and needs {needed.Value}");
            }

            Decode(frame, step);
        }
        else
        {
            _configuration[(frame.Kind, frame.TrackId)] = frame.Mark;
        }

        // Stamped with the time of the frame that follows; of an earlier one, if the reader stalled just then and that frame was lost.
        Assert.All(_injectedDts, dts => Assert.InRange(dts, 0, frame.Dts));
        _injectedDts.Clear();
    }

    private static bool Includes(FrameSelection selection, MediaKind kind, byte track) => kind switch
    {
        MediaKind.Audio => selection.Audio,
        MediaKind.Video => selection.Video && (track == 0 || selection.AllTracks),
        _ => true,
    };

    private void Decode(Received frame, SyntheticStream.Step step)
    {
        if (frame.Kind != MediaKind.Video)
        {
            return;
        }

        bool isKeyFrame = step.Info.Traits == FrameTraits.RandomAccess;
        if (_lenientUntil.TryGetValue(frame.TrackId, out long strictFrom))
        {
            if (isKeyFrame)
            {
                _lenientUntil[frame.TrackId] = frame.Pts;
            }
            else if (frame.Pts >= strictFrom)
            {
                _lenientUntil.Remove(frame.TrackId);
            }
        }

        Assert.True(
            _lenientUntil.ContainsKey(frame.TrackId) || step.References.All(_decoded.Contains),
            $"frame {frame.Offset} cannot be decoded: it needs {string.Join(", ", step.References)}");
        _decoded.Add((int)frame.Offset);
    }
}
