using System.Buffers;
using MediaServer.Media;

namespace MediaServer.Hls.Tests;

/// <summary>Makes frames of FLV tags as a publish session does.</summary>
internal sealed class FlvPublisher(SlabPool pool) : IDisposable
{
    private readonly FrameFactory _factory = new(pool);
    private readonly PayloadBuilder _payload = new(pool);
    private readonly Timeline _timeline = new();
    private int _nalLengthSize = 4;

    public static string Sample(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MediaServer.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "sample-streams", name);
    }

    public IEnumerable<MediaFrame> Read(string file)
    {
        var received = new ReadOnlySequence<byte>(File.ReadAllBytes(file));
        var reader = new FlvReader();
        while (reader.Read(ref received, out FlvTag tag) == OperationStatus.Done)
        {
            if (!tag.Body.IsEmpty)
            {
                yield return Create(tag.Kind, tag.Timestamp, tag.Body);
            }
        }
    }

    public MediaFrame Create(MediaKind kind, uint timestamp, ReadOnlySequence<byte> body)
    {
        byte[] prefix = body.Slice(0, Math.Min(body.Length, FlvVideoTag.MaxHeaderBytes)).ToArray();
        var info = new FrameInfo { Kind = kind, Dts = _timeline.Unwrap(kind, 0, timestamp) };
        if (kind == MediaKind.Video && FlvVideoTag.TryParse(prefix, out FlvVideoTag video))
        {
            info = info with { Codec = video.Codec, DataOffset = video.DataOffset, CompositionOffset = video.CompositionTime };
            if (video.PacketType == FlvPacketType.SequenceHeader)
            {
                byte[] header = body.ToArray();
                _nalLengthSize = AvcConfiguration.TryParse(header.AsSpan(video.DataOffset), out AvcConfiguration? avc) ? avc.NalLengthSize : 4;
                return MediaFrame.CreateOwned(info with { Traits = FrameTraits.SequenceHeader }, header);
            }

            _payload.Append(body);
            if (AvcSample.Classify(_payload.Fragments, video.DataOffset, _nalLengthSize, out AvcSample sample))
            {
                info = info with
                {
                    Traits = (sample.IsRandomAccess ? FrameTraits.RandomAccess : 0) | (sample.IsDisposable ? FrameTraits.Disposable : 0),
                };
            }
        }
        else if (kind == MediaKind.Audio && FlvAudioTag.TryParse(prefix, out FlvAudioTag audio))
        {
            info = info with { Codec = audio.Codec, DataOffset = audio.DataOffset };
            if (audio.PacketType == FlvPacketType.SequenceHeader)
            {
                return MediaFrame.CreateOwned(info with { Traits = FrameTraits.SequenceHeader }, body.ToArray());
            }

            _payload.Append(body);
        }
        else
        {
            _payload.Append(body);
        }

        return _factory.Create(info, _payload);
    }

    public void Dispose()
    {
        _payload.Dispose();
        _factory.Dispose();
    }
}
