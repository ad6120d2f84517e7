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

    /// <summary>
    /// One track of video in decoding order: anchors (key frames and P), and B-frames that lie between two of them; of three, the middle one
    /// may be referred to by the others.
    /// </summary>
    private sealed class VideoTrack
    {
        private readonly SyntheticStream _stream;
        private readonly byte _track;
        private readonly Random _random;
        private readonly int _bFrames;
        private readonly bool _isPyramid;
        private readonly bool _isOpen;
        private readonly int _gopFrames;
        private readonly Queue<(long Pts, bool IsReferred, int[] References)> _between = new();
        private int _untilKeyFrame;
        private int? _anchor;
        private int? _middle;

        public VideoTrack(SyntheticStream stream, byte track, Random random)
        {
            _stream = stream;
            _track = track;
            _random = random;
            _bFrames = random.Next(4);
            _isPyramid = _bFrames == 3 && random.Next(2) == 0;
            _isOpen = random.Next(2) == 0;
            _gopFrames = random.Next(5) switch { 0 => 400, 1 => 5_000, 2 => 100, _ => random.Next(1, 40) };
            _untilKeyFrame = random.Next(8) == 0 ? 50 : 0; // some begin without one
        }

        public void Next()
        {
            if (_between.TryDequeue(out (long Pts, bool IsReferred, int[] References) between))
            {
                int[] references = _middle is { } middle ? [.. between.References, middle] : between.References;
                FrameTraits traits = between.IsReferred ? FrameTraits.None : FrameTraits.Disposable;
                int added = _stream.Add(MediaKind.Video, _track, traits, (int)(between.Pts - _stream._dts), references);
                _middle = between.IsReferred ? added : _middle;
                return;
            }

            _middle = null;
            bool isKeyFrame = _untilKeyFrame-- <= 0;
            if (isKeyFrame)
            {
                _untilKeyFrame = _gopFrames;
                if (_random.Next(4) == 0)
                {
                    _stream.Configure(MediaKind.Video, _track);
                }
            }

            AddAnchor(isKeyFrame);
        }

        /// <summary>Anchors are shown after the B-frames that follow them; a closed group begins without any.</summary>
        private void AddAnchor(bool isKeyFrame)
        {
            int before = isKeyFrame && !_isOpen ? 0 : _bFrames;
            int delay = _bFrames * _stream.Milliseconds;
            int composition = delay + (before * _stream.Milliseconds);
            int previous = _anchor ?? int.MaxValue; // a frame that refers to one from before the stream began can never be decoded
            int[] references = isKeyFrame ? [] : [previous];
            _anchor = _stream.Add(MediaKind.Video, _track, isKeyFrame ? FrameTraits.RandomAccess : FrameTraits.None, composition, references);
            int[] order = _isPyramid && before == 3 ? [2, 1, 3] : [.. Enumerable.Range(1, before)];
            foreach (int place in order)
            {
                long pts = _stream._dts + delay + ((place - 1) * _stream.Milliseconds);
                _between.Enqueue((pts, _isPyramid && place == 2, [previous, _anchor.Value]));
            }
        }
    }
}
