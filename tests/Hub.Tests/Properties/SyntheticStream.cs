using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>
/// A stream as encoders make them, drawn from a seed: closed and open groups of pictures with B-frames, short and endless ones, audio
/// alone, a second video track, headers that repeat and headers that change. Each frame knows what a decoder needs before it.
/// </summary>
internal sealed class SyntheticStream
{
    private readonly Random _random;
    private readonly List<Step> _steps = [];
    private readonly Dictionary<(MediaKind Kind, byte Track), int> _versions = [];
    private Dictionary<(MediaKind Kind, byte Track), int> _inForce = [];
    private long _dts;

    public SyntheticStream(Random random, int length)
    {
        _random = random;
        HasVideo = random.Next(6) > 0;
        HasAudio = !HasVideo || random.Next(5) > 0;
        HasSecondTrack = HasVideo && random.Next(4) == 0;
        Bulk = random.Next(4) switch { 0 => 60_000, 1 => 10_000, _ => 800 };
        Milliseconds = random.Next(3) == 0 ? 100 : 20;
        Build(length);
    }

    public bool HasVideo { get; }

    public bool HasAudio { get; }

    public bool HasSecondTrack { get; }

    /// <summary>Bytes of a large frame.</summary>
    public int Bulk { get; }

    /// <summary>Time between two frames of video.</summary>
    public int Milliseconds { get; }

    /// <summary>Frames in the order they are published: a frame's index is its offset in the log.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    private void Build(int length)
    {
        if (_random.Next(8) > 0) // some begin in the middle
        {
            Configure(MediaKind.Data, 0);
            if (HasVideo)
            {
                Configure(MediaKind.Video, 0);
            }

            if (HasAudio)
            {
                Configure(MediaKind.Audio, 0);
            }
        }

        var first = new VideoTrack(this, 0, _random);
        var second = new VideoTrack(this, 1, _random);
        while (_steps.Count < length)
        {
            _dts += Milliseconds;
            if (HasVideo)
            {
                first.Next();
            }

            if (HasSecondTrack && _random.Next(3) > 0)
            {
                second.Next();
            }

            for (int i = _random.Next(3); HasAudio && i > 0; i--)
            {
                Add(MediaKind.Audio, 0, FrameTraits.None, 0, []);
            }

            if (_random.Next(200) == 0)
            {
                Configure(_random.Next(2) == 0 || !HasAudio ? MediaKind.Data : MediaKind.Audio, 0);
            }

            if (_random.Next(100) == 0)
            {
                Add(MediaKind.Data, 0, FrameTraits.None, 0, []); // script data that is no metadata
            }
        }
    }

    /// <summary>Metadata or a header: new bytes, or the same again.</summary>
    private void Configure(MediaKind kind, byte track)
    {
        int version = _versions.GetValueOrDefault((kind, track));
        version += version == 0 || _random.Next(3) == 0 ? 1 : 0;
        _versions[(kind, track)] = version;
        FrameTraits traits = kind == MediaKind.Data ? FrameTraits.Metadata : FrameTraits.SequenceHeader;
        var info = new FrameInfo { Kind = kind, TrackId = track, Traits = traits, Dts = _dts };
        _steps.Add(new Step(info, version, 30, true, [], _inForce, TimeSpan.Zero));
        _inForce = new(_inForce) { [(kind, track)] = version };
    }

    private int Add(MediaKind kind, byte track, FrameTraits traits, int composition, int[] references)
    {
        var info = new FrameInfo { Kind = kind, TrackId = track, Traits = traits, Dts = _dts, CompositionOffset = composition };
        int length = kind == MediaKind.Video ? _random.Next(4, Bulk) : _random.Next(4, 400);
        var pause = TimeSpan.FromMilliseconds(_random.Next(500) == 0 ? 2_000 : _random.Next(Milliseconds));
        _steps.Add(new Step(info, _steps.Count, length, false, references, _inForce, pause));
        return _steps.Count - 1;
    }

    /// <param name="Info">What the frame is.</param>
    /// <param name="Mark">What its payload says: its index, or the version of a configuration.</param>
    /// <param name="LengthBytes">Length of its payload.</param>
    /// <param name="IsConfiguration">Whether it is metadata or a header.</param>
    /// <param name="References">The frames that a decoder must have decoded to decode it.</param>
    /// <param name="InForce">The configuration that a decoder must have before it.</param>
    /// <param name="Pause">How long the publisher waits before it.</param>
    public sealed record Step(
        FrameInfo Info,
        int Mark,
        int LengthBytes,
        bool IsConfiguration,
        int[] References,
        IReadOnlyDictionary<(MediaKind Kind, byte Track), int> InForce,
        TimeSpan Pause);

    /// <summary>One track of video in decoding order: anchors (key frames and P), and B-frames that lie between two of them.</summary>
    private sealed class VideoTrack(SyntheticStream stream, byte track, Random random)
    {
        private readonly int _bFrames = random.Next(4);
        private readonly bool _isOpen = random.Next(2) == 0;
        private readonly int _gopFrames = random.Next(5) switch { 0 => 400, 1 => 5_000, 2 => 100, _ => random.Next(1, 40) };
        private readonly Queue<(long Pts, int[] References)> _between = new();
        private int _untilKeyFrame = random.Next(8) == 0 ? 50 : 0; // some begin without one
        private int? _anchor;

        public void Next()
        {
            if (_between.TryDequeue(out (long Pts, int[] References) between))
            {
                stream.Add(MediaKind.Video, track, FrameTraits.None, (int)(between.Pts - stream._dts), between.References);
                return;
            }

            bool isKeyFrame = _untilKeyFrame-- <= 0;
            if (isKeyFrame)
            {
                _untilKeyFrame = _gopFrames;
                if (random.Next(4) == 0)
                {
                    stream.Configure(MediaKind.Video, track);
                }
            }

            // Anchors are shown after the B-frames that follow them; a closed group begins without any.
            int before = isKeyFrame && !_isOpen ? 0 : _bFrames;
            int delay = _bFrames * stream.Milliseconds;
            int composition = delay + (before * stream.Milliseconds);
            int? previous = _anchor;
            int[] references = isKeyFrame ? [] : [.. Known(previous)];
            _anchor = stream.Add(MediaKind.Video, track, isKeyFrame ? FrameTraits.RandomAccess : FrameTraits.None, composition, references);
            for (int i = 1; i <= before; i++)
            {
                _between.Enqueue((stream._dts + delay + ((i - 1) * stream.Milliseconds), [.. Known(previous), _anchor.Value]));
            }
        }

        /// <summary>A frame that refers to one from before the stream began can never be decoded.</summary>
        private static IEnumerable<int> Known(int? anchor) => [anchor ?? int.MaxValue];
    }
}
