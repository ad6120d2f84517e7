using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Ingest;

/// <summary>
/// Turns the media messages of one publisher into frames of its stream: reads what each is, puts it on the stream's timeline, and hands its
/// bytes on where they lie.
/// </summary>
/// <remarks>A message that makes no sense is dropped and counted; it does not end the stream. Not thread-safe: it runs on its connection's loop.</remarks>
internal sealed class PublishSession(Publication publication, SlabPool pool, TimeProvider time, IngestCounters counters) : IDisposable
{
    /// <summary>A decoder's configuration or metadata is some hundred bytes; a record of 31 parameter sets still fits.</summary>
    private const int MaxOwnedBytes = 64 * 1024;

    private readonly FrameFactory _frames = new(pool);
    private readonly Timeline _timeline = new();
    private readonly VideoBitstream _avc = new(MediaCodec.Avc);
    private MediaFrame? _videoHeader;
    private MediaFrame? _audioHeader;

    public StreamKey Key => publication.Topic.Key;

    public void Receive(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        if (payload.LengthBytes == 0)
        {
            return; // occurs in the wild and means nothing (SRS #4162, gortmplib #106)
        }

        switch (header.Type)
        {
            case RtmpMessageType.Video:
                ReceiveVideo(header.Timestamp, payload);
                break;
            case RtmpMessageType.Audio:
                ReceiveAudio(header.Timestamp, payload);
                break;
            default:
                ReceiveData(header.Timestamp, payload);
                break;
        }
    }

    /// <summary>Ends the stream: its consumers take what is in the log and are told.</summary>
    public void Dispose()
    {
        publication.Dispose();
        _frames.Dispose();
    }

    private void ReceiveVideo(uint timestamp, PayloadBuilder payload)
    {
        Span<byte> prefix = stackalloc byte[FlvMediaHeader.MaxLengthBytes];
        if (!FlvMediaHeader.TryParse(MediaKind.Video, prefix[..payload.CopyPrefix(prefix)], out FlvMediaHeader tag))
        {
            counters.CountMalformed();
            return;
        }

        if (tag.PacketType is FlvPacketType.Command or FlvPacketType.EndOfSequence)
        {
            return;
        }

        FrameInfo info = Describe(MediaKind.Video, timestamp, tag.Codec, tag.DataOffset) with { CompositionOffset = tag.CompositionTime };
        if (tag.PacketType == FlvPacketType.SequenceHeader)
        {
            if (TryPublishHeader(info, payload, ref _videoHeader, out byte[] body))
            {
                _ = _avc.TryConfigure(body.AsSpan(tag.DataOffset));
            }

            return;
        }

        bool isKey = tag.FrameType is FlvFrameType.Key or FlvFrameType.GeneratedKey;
        FrameTraits traits = isKey ? FrameTraits.RandomAccess : FrameTraits.None;
        if (tag.Codec == MediaCodec.Avc && _avc.IsReadable)
        {
            if (!_avc.TryClassify(payload.Fragments, tag.DataOffset, out VideoSample sample))
            {
                counters.CountMalformed();
                return;
            }

            traits = (sample.IsRandomAccess ? FrameTraits.RandomAccess : FrameTraits.None)
                | (sample.IsDisposable ? FrameTraits.Disposable : FrameTraits.None);
            if (sample.IsRandomAccess != isKey)
            {
                counters.CountKeyFrameMismatch(); // the bitstream wins
            }
        }

        publication.Publish(_frames.Create(info with { Traits = traits }, payload));
    }

    private void ReceiveAudio(uint timestamp, PayloadBuilder payload)
    {
        Span<byte> prefix = stackalloc byte[FlvMediaHeader.MaxLengthBytes];
        if (!FlvMediaHeader.TryParse(MediaKind.Audio, prefix[..payload.CopyPrefix(prefix)], out FlvMediaHeader tag))
        {
            counters.CountMalformed();
            return;
        }

        FrameInfo info = Describe(MediaKind.Audio, timestamp, tag.Codec, tag.DataOffset);
        if (tag.PacketType == FlvPacketType.SequenceHeader)
        {
            _ = TryPublishHeader(info, payload, ref _audioHeader, out _);
            return;
        }

        publication.Publish(_frames.Create(info, payload));
    }

    private void ReceiveData(uint timestamp, PayloadBuilder payload)
    {
        if (!TryCopy(payload, out byte[] body) || !ScriptData.TryReadName(body, out string name, out int bare))
        {
            counters.CountMalformed();
            return;
        }

        FrameInfo info = Describe(MediaKind.Data, timestamp, MediaCodec.Unknown, 0);
        if (name == ScriptData.OnMetaData)
        {
            info = info with { Traits = FrameTraits.Metadata };
        }

        publication.Publish(MediaFrame.CreateOwned(info, body.AsSpan(bare)));
    }

    /// <summary>Publishes a sequence header unless it repeats the last one, as some encoders do before every key frame.</summary>
    private bool TryPublishHeader(in FrameInfo info, PayloadBuilder payload, ref MediaFrame? last, out byte[] body)
    {
        if (!TryCopy(payload, out body))
        {
            counters.CountMalformed();
            return false;
        }

        MediaFrame header = MediaFrame.CreateOwned(info with { Traits = FrameTraits.SequenceHeader }, body);
        if (last is not null && last.HasSamePayload(header))
        {
            return false;
        }

        last = header;
        publication.Publish(header);
        return true;
    }

    private FrameInfo Describe(MediaKind kind, uint timestamp, MediaCodec codec, byte dataOffset) => new()
    {
        Kind = kind,
        Codec = codec,
        DataOffset = dataOffset,
        Dts = _timeline.Unwrap(kind, 0, timestamp),
        ReceivedAt = time.GetTimestamp(),
    };

    private static bool TryCopy(PayloadBuilder payload, out byte[] body)
    {
        body = payload.LengthBytes <= MaxOwnedBytes ? new byte[payload.LengthBytes] : [];
        return payload.CopyPrefix(body) == payload.LengthBytes;
    }
}
