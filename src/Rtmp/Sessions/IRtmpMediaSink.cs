using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>Takes what a session receives. Called from within <c>Receive</c>; must not wait.</summary>
public interface IRtmpMediaSink
{
    /// <summary>A whole audio, video or data message of the stream that was accepted.</summary>
    /// <param name="header">Type, time and length. A length of 0 occurs.</param>
    /// <param name="payload">
    /// The payload. <see cref="MediaFrame.Create"/> may take it over; what is left is dropped when this returns. Data is AMF0 as the peer
    /// sent it: see <see cref="ScriptData"/> for <c>@setDataFrame</c>.
    /// </param>
    void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload);

    /// <summary>The peer ended the publication in order (FCUnpublish, closeStream, deleteStream). Comes at most once for each that was accepted.</summary>
    void OnPublishEnded();

    /// <summary>The peer ended the playback in order. Comes at most once for each that was accepted.</summary>
    void OnPlayEnded();
}
