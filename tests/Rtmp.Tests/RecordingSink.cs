using MediaServer.Media;

namespace MediaServer.Rtmp.Tests;

/// <summary>Writes down what a session hands over, one line each.</summary>
internal sealed class RecordingSink : IRtmpMediaSink
{
    public List<string> Events { get; } = [];

    public List<(RtmpMessageHeader Header, byte[] Payload)> Media { get; } = [];

    public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        byte[] bytes = new byte[payload.LengthBytes];
        Assert.Equal(header.LengthBytes, payload.CopyPrefix(bytes));
        Media.Add((header, bytes));
        Events.Add($"{header.Type} {header.Timestamp} {header.MessageStreamId} {Convert.ToHexString(bytes)}");
    }

    public void OnPublishEnded() => Events.Add("publish ended");

    public void OnPlayEnded() => Events.Add("play ended");
}
