using MediaServer.Media;

namespace MediaServer.Rtmp.Tests;

/// <summary>Makes a frame of every message, as a publish session does, and keeps the last.</summary>
internal sealed class KeepingSink : IRtmpMediaSink, IDisposable
{
    public MediaFrame? Frame { get; private set; }

    public long Count { get; private set; }

    public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        Count++;
        Frame?.Release();
        Frame = MediaFrame.Create(new FrameInfo { Kind = MediaKind.Video, Dts = header.Timestamp }, payload);
    }

    public void OnPublishEnded()
    {
    }

    public void OnPlayEnded()
    {
    }

    public void Dispose() => Frame?.Release();
}
