using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using MediaServer.Media;
using MediaServer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Hls.Tests;

/// <summary>One stream through a segmenter, its playlists linted after every frame that changed them.</summary>
internal sealed class StreamRun : IDisposable
{
    private readonly LeakCheckingPool _pool = new();
    private readonly Presentation _presentation;
    private readonly Segmenter _segmenter;
    private readonly PayloadBuilder _payload;
    private readonly PlaylistHistory _history;
    private HlsSnapshot? _seen;

    public StreamRun(HlsOptions? options = null, bool isShortOfMemory = false)
    {
        _history = new PlaylistHistory(isShortOfMemory);
        options ??= new HlsOptions();
        Publisher = new FlvPublisher(_pool.Pool);
        _payload = new PayloadBuilder(_pool.Pool);
        Stream = new HlsStream(KeyOf("live/test"));
        Counters = new HlsCounters(new Meters());
        _presentation = new Presentation(Stream, options, Time, Counters, NullLogger.Instance);
        _segmenter = new Segmenter(options, _presentation, Time, Counters);
    }

    public ManualTimeProvider Time { get; } = new();

    public HlsStream Stream { get; }

    public HlsCounters Counters { get; }

    public FlvPublisher Publisher { get; }

    /// <summary>Every segment that was ever in a playlist, by name, as a viewer would have fetched it.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    public SlabPool Slabs => _pool.Pool;

    public long HeldBytes => _presentation.HeldBytes;

    public static StreamKey KeyOf(string name) => StreamKey.TryParse(name, out StreamKey key, out string? fault) ? key : throw new ArgumentException(fault);

    public void Publish(MediaFrame frame) => Publish(frame, frame.Is(FrameTraits.Discontinuity));

    public void Publish(MediaFrame frame, bool isDiscontinuous)
    {
        _segmenter.Add(frame, isDiscontinuous);
        Look();
    }

    public void PublishFile(string file)
    {
        foreach (MediaFrame frame in Publisher.Read(file))
        {
            Publish(frame);
        }
    }

    /// <summary>Publishes the sequence headers of a sample, and nothing else of it.</summary>
    public void Configure(string sample, MediaKind? only = null)
    {
        foreach (MediaFrame frame in Publisher.Read(FlvPublisher.Sample(sample)))
        {
            if (frame.Is(FrameTraits.SequenceHeader) && (only is null || frame.Kind == only))
            {
                Publish(frame);
            }
            else
            {
                frame.Release();
            }
        }
    }

    public void Video(long dts, bool isKey, int bytes = 1000, FrameTraits traits = FrameTraits.None) => Publish(Create(
        new FrameInfo
        {
            Kind = MediaKind.Video,
            Codec = MediaCodec.Avc,
            DataOffset = 5,
            Dts = dts,
            Traits = (isKey ? FrameTraits.RandomAccess : FrameTraits.None) | traits,
        },
        bytes));

    public void Audio(long dts, int bytes = 200, FrameTraits traits = FrameTraits.None) => Publish(Create(
        new FrameInfo { Kind = MediaKind.Audio, Codec = MediaCodec.Aac, DataOffset = 2, Dts = dts, Traits = traits }, bytes));

    public void End()
    {
        _segmenter.Complete();
        Look();
    }

    public ParsedPlaylist Playlist(string track) => ParsedPlaylist.Parse(TextOf($"{track}.m3u8"));

    public string Multivariant() => Encoding.UTF8.GetString(Stream.Snapshot!.Multivariant.Bytes);

    public bool Has(string name) => Stream.Snapshot?.Resources.ContainsKey(name) == true;

    public Fragment FragmentOf(string name) => Fragment.Parse(Files[name]);

    public void Dispose()
    {
        _segmenter.Abandon();
        _presentation.Release();
        Publisher.Dispose();
        _payload.Dispose();
        _pool.Dispose();
    }

    private MediaFrame Create(in FrameInfo info, int bytes)
    {
        _payload.Append(new ReadOnlySequence<byte>(new byte[info.DataOffset + bytes]));
        return MediaFrame.Create(info, _payload);
    }

    private string TextOf(string name) => Encoding.UTF8.GetString(((HlsPlaylist)Stream.Snapshot!.Resources[name]).Bytes);

    private void Look()
    {
        if (Stream.Snapshot is not { } snapshot || snapshot == _seen)
        {
            return;
        }

        _seen = snapshot;
        foreach ((string name, object resource) in snapshot.Resources)
        {
            if (resource is MediaSegment segment && !Files.ContainsKey(name))
            {
                byte[] bytes = new byte[segment.LengthBytes];
                SegmentPosition position = default;
                Assert.Equal(bytes.Length, segment.CopyTo(bytes, ref position));
                Files[name] = bytes;
            }
            else if (resource is TrackFormat format)
            {
                Files[name] = format.InitBytes;
            }
        }

        string[] tracks = [.. snapshot.Resources.Where(resource => resource.Value is HlsPlaylist).Select(resource => resource.Key)];
        _history.Check(Multivariant(), Stream.Epoch, tracks.ToDictionary(name => name, TextOf), Files.Keys);
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
