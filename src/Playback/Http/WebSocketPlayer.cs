using System.Buffers;
using System.IO.Pipelines;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Transport;
using Microsoft.Extensions.Logging;

namespace MediaServer.Playback;

/// <summary>A player that gets the file in binary messages: the header in the first, then a tag in each.</summary>
internal sealed class WebSocketPlayer : HttpPlayer
{
    private const int TurnBytes = 16 * 1024; // that the loop reads of one client before it turns to the others

    private readonly WebSocketDialogue _dialogue;

    public WebSocketPlayer(
        TopicWalk walk, TransportConnection connection, SubscriptionOptions options, TimeSpan stallTimeout, ILogger logger)
        : base(walk, connection, options, stallTimeout, logger)
    {
        _dialogue = new WebSocketDialogue(connection.Outbox, connection.Loop.Time);
        KindCounts frames = walk.Topic.Published;
        connection.Outbox.Write<byte>([0x82, FlvWriter.HeaderBytes]); // FIN, binary
        FlvWriter.WriteHeader(connection.Outbox, frames.Audio > 0, frames.Video > 0);
    }

    /// <inheritdoc/>
    public override async Task ListenAsync(PipeReader input)
    {
        try
        {
            bool isEnd = false;
            while (!isEnd)
            {
                ReadResult read = await input.ReadAsync();
                await Connection.Loop.Yield(); // always: of who sends without a pause, every read is there at once
                ReadOnlySequence<byte> turn = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, TurnBytes));
                bool isAll = turn.Length == read.Buffer.Length;
                input.AdvanceTo(_dialogue.Receive(turn), turn.End);
                isEnd = (read.IsCompleted && isAll) || read.IsCanceled || _dialogue.IsClosed;
                Answer();
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException)
        {
            // the client has left, or was left
        }
    }

    /// <inheritdoc/>
    protected override void End() => Close(WebSocketDialogue.Normal, "the stream is over");

    /// <inheritdoc/>
    protected override void CutOff() => Close(WebSocketDialogue.TryAgainLater, "too slow for this stream");

    /// <summary>Sends what the client is answered; behind a goodbye nothing may follow.</summary>
    private void Answer()
    {
        if (_dialogue.IsClosed)
        {
            Close();
        }
        else
        {
            Connection.Flush();
        }
    }

    private void Close(ushort code, string reason)
    {
        _dialogue.Close(code, reason);
        Close();
    }
}
