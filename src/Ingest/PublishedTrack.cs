using MediaServer.Media;

namespace MediaServer.Ingest;

/// <summary>One track of a publisher: the configuration in force, and what its bitstream says of its frames.</summary>
internal sealed class PublishedTrack(byte id, FramePublisher publisher, IngestCounters counters)
{
    private MediaFrame? _header;   // the last one received, which may not be what is in force: parameter sets within the stream change that
    private MediaFrame? _metadata;
    private VideoBitstream? _bitstream;

    /// <summary>Its number among the tracks of its kind.</summary>
    public byte Id => id;

    /// <summary>Whether the log has named its codec, which the server does not know.</summary>
    public bool IsUnknownCodecNamed { get; set; }

    /// <summary>Publishes what one message carries of the track.</summary>
    /// <param name="info">The frame, but for its traits.</param>
    /// <param name="header">The header of the body.</param>
    /// <param name="payload">The body.</param>
    public void Receive(in FrameInfo info, in FlvMediaHeader header, PayloadBuilder payload)
    {
        switch (header.PacketType)
        {
            case FlvPacketType.SequenceHeader:
                PublishSequenceHeader(info, payload);
                break;
            case FlvPacketType.TrackMetadata:
                PublishMetadata(info, payload);
                break;
            case FlvPacketType.Frame when info.Kind == MediaKind.Video:
                PublishVideo(info, header, payload);
                break;
            case FlvPacketType.Frame:
                publisher.Publish(info, payload);
                break;
        }
    }

    private void PublishSequenceHeader(in FrameInfo info, PayloadBuilder payload)
    {
        if (TryPublishConfiguration(info with { Traits = FrameTraits.SequenceHeader }, payload, ref _header, out byte[] body)
            && info.Kind == MediaKind.Video)
        {
            _ = GetBitstream(info.Codec).TryConfigure(body.AsSpan(info.DataOffset)); // if not understood, the track is passed on as it is
        }
    }

    private void PublishMetadata(in FrameInfo info, PayloadBuilder payload) =>
        _ = TryPublishConfiguration(info with { Traits = FrameTraits.TrackMetadata }, payload, ref _metadata, out _);

    /// <summary>Publishes configuration unless it repeats the last one, as some encoders do before every key frame.</summary>
    private bool TryPublishConfiguration(in FrameInfo info, PayloadBuilder payload, ref MediaFrame? last, out byte[] body)
    {
        if (!OwnedBytes.TryCopy(payload, out body))
        {
            counters.CountMalformed();
            return false;
        }

        if (last is not null && last.HasPayload(body))
        {
            return false;
        }

        last = publisher.PublishOwned(info, body);
        return true;
    }

    private void PublishVideo(in FrameInfo info, in FlvMediaHeader header, PayloadBuilder payload)
    {
        bool isKey = header.FrameType is FlvFrameType.Key or FlvFrameType.GeneratedKey;
        FrameTraits traits = isKey ? FrameTraits.RandomAccess : FrameTraits.None;
        VideoBitstream bitstream = GetBitstream(info.Codec);
        if (bitstream.IsReadable)
        {
            if (!bitstream.TryClassify(payload.Fragments, info.DataOffset, out VideoSample sample))
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

            if (sample.HasParameterSets && bitstream.TryTakeInBandChange(payload.Fragments, info.DataOffset, out byte[]? record))
            {
                PublishChange(info, header, record);
            }
        }

        publisher.Publish(info with { Traits = traits }, payload);
    }

    /// <summary>Says before a frame with new parameter sets what a sequence header would have said.</summary>
    private void PublishChange(in FrameInfo info, in FlvMediaHeader header, byte[] record)
    {
        byte[] body = header.MakeSequenceHeader(record);
        FrameInfo change = info with
        {
            Traits = FrameTraits.SequenceHeader,
            CompositionOffset = 0,
            DataOffset = (byte)(body.Length - record.Length),
        };
        _ = publisher.PublishOwned(change, body);
    }

    private VideoBitstream GetBitstream(MediaCodec codec)
    {
        if (_bitstream?.Codec != codec)
        {
            _bitstream = new VideoBitstream(codec);
        }

        return _bitstream;
    }
}
