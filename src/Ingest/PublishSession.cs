using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using Microsoft.Extensions.Logging;

namespace MediaServer.Ingest;

/// <summary>
/// Turns the media messages of one publisher into frames of its stream: takes those of several tracks apart, reads what each is, puts it on
/// the stream's timeline, and hands its bytes on where they lie.
/// </summary>
/// <remarks>
/// A message that makes no sense is dropped and counted; it does not end the stream. The end of a sequence and commands to the player are
/// dropped too: a stream ends when its publisher says so, and may go on before. Not thread-safe: it runs on its connection's loop.
/// </remarks>
internal sealed class PublishSession : IDisposable
{
    /// <summary>Tracks of video, and of audio, that a stream may have. OBS sends six at most.</summary>
    private const int MaxTracks = 16;

    private readonly Publication _publication;
    private readonly IngestCounters _counters;
    private readonly ILogger _logger;
    private readonly FramePublisher _publisher;
    private readonly Timeline _timeline;
    private readonly List<PublishedTrack> _video = new(1);
    private readonly List<PublishedTrack> _audio = new(1);
    private readonly SlabWriter _partHeaders;
    private readonly PayloadBuilder _part; // of a multitrack message
    private long _receivedAt; // the message at hand
    private bool _areTooManyTracksLogged;

    public PublishSession(Publication publication, SlabPool pool, TimeProvider time, IngestCounters counters, ILogger logger)
    {
        _publication = publication;
        _counters = counters;
        _logger = logger;
        _publisher = new FramePublisher(publication);
        _timeline = new Timeline(time, publication.LastDts, publication.Topic.TimelineFaults);
        if (publication.IsResumed)
        {
            _publisher.MarkNext(FrameTraits.Splice | FrameTraits.Discontinuity);
        }

        _partHeaders = new SlabWriter(pool);
        _part = new PayloadBuilder(pool);
    }

    public StreamKey Key => _publication.Topic.Key;

    /// <summary>Publishes a message.</summary>
    /// <param name="header">What it is.</param>
    /// <param name="payload">Its bytes; taken over.</param>
    /// <param name="receivedAt">When its last byte was received: a <see cref="TimeProvider.GetTimestamp"/>.</param>
    public void Receive(in RtmpMessageHeader header, PayloadBuilder payload, long receivedAt)
    {
        if (payload.LengthBytes == 0)
        {
            return; // occurs in the wild and means nothing (SRS #4162, gortmplib #106)
        }

        _receivedAt = receivedAt;
        switch (header.Type)
        {
            case RtmpMessageType.Video:
                ReceiveMedia(MediaKind.Video, header.Timestamp, payload);
                break;
            case RtmpMessageType.Audio:
                ReceiveMedia(MediaKind.Audio, header.Timestamp, payload);
                break;
            default:
                ReceiveData(header.Timestamp, payload);
                break;
        }
    }

    /// <summary>Ends the stream, unless it was given up for another publisher to go on with: its consumers take what is in the log and are told.</summary>
    public void Dispose()
    {
        _publication.Dispose();
        _partHeaders.Dispose();
        _part.Dispose();
    }

    private void ReceiveMedia(MediaKind kind, uint timestamp, PayloadBuilder payload)
    {
        if (!TryReadHeader(kind, payload, out FlvMediaHeader header))
        {
            _counters.CountMalformed();
        }
        else if (!MultitrackReader.IsNeededFor(header))
        {
            ReceiveTrack(header, timestamp, payload);
        }
        else
        {
            ReceiveTracks(header, timestamp, payload);
        }
    }

    private void ReceiveTracks(in FlvMediaHeader header, uint timestamp, PayloadBuilder payload)
    {
        var parts = new MultitrackReader(header, payload, _partHeaders);
        while (parts.TryRead(_part))
        {
            if (TryReadHeader(header.Kind, _part, out FlvMediaHeader partHeader))
            {
                ReceiveTrack(partHeader, timestamp, _part);
            }
            else
            {
                _counters.CountMalformed();
            }

            _part.Clear();
        }

        if (parts.IsMalformed)
        {
            _counters.CountMalformed();
        }
    }

    private void ReceiveTrack(in FlvMediaHeader header, uint timestamp, PayloadBuilder payload)
    {
        if (header.PacketType is FlvPacketType.EndOfSequence or FlvPacketType.Command)
        {
            return;
        }

        if (FindTrack(header.Kind, header.TrackId) is not { } track)
        {
            _counters.CountMalformed();
            return;
        }

        if (header.Codec == MediaCodec.Unknown && header.FourCc != default && !track.IsUnknownCodecNamed)
        {
            track.IsUnknownCodecNamed = true;
            _logger.UnknownCodec(Key, header.FourCc, header.Kind, header.TrackId);
        }

        bool isConfiguration = header.PacketType is FlvPacketType.SequenceHeader or FlvPacketType.TrackMetadata;
        FrameInfo info = Describe(header.Kind, header.TrackId, timestamp, isConfiguration) with
        {
            Codec = header.Codec,
            DataOffset = header.DataOffset,
            CompositionOffset = header.CompositionTime,
            NanosecondOffset = header.NanosecondOffset,
        };
        track.Receive(info, header, payload);
    }

    private void ReceiveData(uint timestamp, PayloadBuilder payload)
    {
        if (!OwnedBytes.TryCopy(payload, out byte[] body) || !ScriptData.TryReadName(body, out string name, out int bare))
        {
            _counters.CountMalformed();
            return;
        }

        FrameInfo info = Describe(MediaKind.Data, 0, timestamp, isConfiguration: false);
        if (name == ScriptData.OnMetaData)
        {
            info = info with { Traits = FrameTraits.Metadata };
        }

        _ = _publisher.PublishOwned(info, body.AsSpan(bare));
    }

    private PublishedTrack? FindTrack(MediaKind kind, byte id)
    {
        List<PublishedTrack> tracks = kind == MediaKind.Video ? _video : _audio;
        foreach (PublishedTrack track in tracks)
        {
            if (track.Id == id)
            {
                return track;
            }
        }

        if (tracks.Count == MaxTracks)
        {
            if (!_areTooManyTracksLogged)
            {
                _areTooManyTracksLogged = true;
                _logger.TooManyTracks(Key, MaxTracks, kind);
            }

            return null;
        }

        var added = new PublishedTrack(id, _publisher, _counters);
        tracks.Add(added);
        return added;
    }

    private FrameInfo Describe(MediaKind kind, byte trackId, uint timestamp, bool isConfiguration)
    {
        TimelineStep step = isConfiguration
            ? new TimelineStep(_timeline.PlaceConfiguration(kind, trackId), IsDiscontinuity: false)
            : _timeline.Place(kind, trackId, timestamp, _receivedAt);
        if (step.IsDiscontinuity)
        {
            _publisher.MarkNext(FrameTraits.Discontinuity);
        }

        return new FrameInfo { Kind = kind, TrackId = trackId, Dts = step.Dts, ReceivedAt = _receivedAt };
    }

    private static bool TryReadHeader(MediaKind kind, PayloadBuilder payload, out FlvMediaHeader header)
    {
        Span<byte> prefix = stackalloc byte[FlvMediaHeader.MaxLengthBytes];
        return FlvMediaHeader.TryParse(kind, prefix[..payload.CopyPrefix(prefix)], out header);
    }
}
