using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Hls.Tests;

/// <summary>Makes frames of FLV tags as a publish session does.</summary>
/// <param name="pool">Where the bytes lie.</param>
/// <param name="continueAfter">The latest time of the stream that it goes on with; −1 for a new one.</param>
/// <param name="first">What its first frame is marked with.</param>
internal sealed class FlvPublisher(SlabPool pool, long continueAfter = -1, FrameTraits first = FrameTraits.None) : IDisposable
{
    private readonly PayloadBuilder _payload = new(pool);
    private readonly Timeline _timeline = new(new ManualTimeProvider(), continueAfter);
    private readonly VideoBitstream _video = new(MediaCodec.Avc);
    private FrameTraits _next = first;

    public static string Sample(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MediaServer.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "sample-streams", name);
    }

    public IEnumerable<MediaFrame> Read(string file, bool withoutData = false)
    {
        var received = new ReadOnlySequence<byte>(File.ReadAllBytes(file));
        var reader = new FlvReader();
        while (reader.Read(ref received, out FlvTag tag) == OperationStatus.Done)
        {
            if (!tag.Body.IsEmpty && !(withoutData && tag.Kind == MediaKind.Data))
            {
                yield return Create(tag.Kind, tag.Timestamp, tag.Body);
            }
        }
    }

    public MediaFrame Create(MediaKind kind, uint timestamp, ReadOnlySequence<byte> body)
    {
        byte[] prefix = body.Slice(0, Math.Min(body.Length, FlvMediaHeader.MaxLengthBytes)).ToArray();
        var info = new FrameInfo
        {
            Kind = kind,
            Dts = _timeline.Place(kind, 0, timestamp, timestamp * TimeSpan.TicksPerMillisecond).Dts,
            Traits = _next,
        };
        _next = FrameTraits.None;
        if (FlvMediaHeader.TryParse(kind, prefix, out FlvMediaHeader header))
        {
            info = info with { Codec = header.Codec, DataOffset = header.DataOffset, CompositionOffset = header.CompositionTime };
            if (header.PacketType == FlvPacketType.SequenceHeader)
            {
                byte[] configuration = body.ToArray();
                if (kind == MediaKind.Video)
                {
                    _ = _video.TryConfigure(configuration.AsSpan(header.DataOffset));
                }

                return MediaFrame.CreateOwned(info with { Traits = info.Traits | FrameTraits.SequenceHeader }, configuration);
            }
        }

        _payload.Append(body);
        if (kind == MediaKind.Video && _video.TryClassify(_payload.Fragments, header.DataOffset, out VideoSample sample))
        {
            info = info with
            {
                Traits = info.Traits | (sample.IsRandomAccess ? FrameTraits.RandomAccess : 0) | (sample.IsDisposable ? FrameTraits.Disposable : 0),
            };
        }

        return MediaFrame.Create(info, _payload);
    }

    public void Dispose() => _payload.Dispose();
}
