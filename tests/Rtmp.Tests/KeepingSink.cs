using MediaServer.Media;

namespace MediaServer.Rtmp.Tests;

/// <summary>Makes a frame of every message, as a publish session does, and keeps the last.</summary>
internal sealed class KeepingSink(SlabPool pool) : IRtmpMediaSink, IDisposable
{
    private readonly FrameFactory _frames = new(pool);

    public MediaFrame? Frame { get; private set; }

    public long Count { get; private set; }

    public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        Count++;
        Frame?.Release();
        Frame = _frames.Create(new FrameInfo { Kind = MediaKind.Video, Dts = header.Timestamp }, payload);
    }

    public void OnPublishEnded()
    {
    }

    public void OnPlayEnded()
    {
    }

    public void Dispose()
    {
        Frame?.Release();
        _frames.Dispose();
    }
}
