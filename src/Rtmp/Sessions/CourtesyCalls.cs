namespace MediaServer.Rtmp;

/// <summary>Answers the calls that change nothing, but that clients make, and some wait for.</summary>
internal static class CourtesyCalls
{
    /// <summary>The message stream that every <c>createStream</c> gives: frames carry it in headers that all players share.</summary>
    public const uint CreatedStreamId = 1;

    /// <summary>Answers a call; one that nobody knows with an error.</summary>
    /// <remarks>
    /// The Flash Media Server's own calls are answered twice: by a result, and by a call that refers to no transaction. Some appliances wait
    /// for the second, and some send no transaction.
    /// </remarks>
    public static void Answer(ChunkWriter writer, RtmpCommand command)
    {
        switch (command.Name)
        {
            case "createStream":
                writer.WriteResult(command, CreatedStreamId);
                break;
            case "releaseStream" or "_checkbw":
                writer.WriteResult(command);
                break;
            case "getStreamLength":
                writer.WriteResult(command, 0);
                break;
            case "FCPublish":
                writer.WriteResult(command);
                writer.WriteNotice("onFCPublish", "NetStream.Publish.Start");
                break;
            case "FCUnpublish":
                writer.WriteResult(command);
                writer.WriteNotice("onFCUnpublish", "NetStream.Unpublish.Success");
                break;
            case "FCSubscribe":
                writer.WriteResult(command);
                writer.WriteNotice("onFCSubscribe", "NetStream.Play.Start");
                break;
            case "FCUnsubscribe":
                writer.WriteResult(command);
                writer.WriteNotice("onFCUnsubscribe", "NetStream.Play.Stop");
                break;
            case "_result" or "_error" or "onStatus":
                break; // answers to nothing
            default:
                writer.WriteError(command.TransactionId, "NetConnection.Call.Failed", "Unknown method.");
                break;
        }
    }
}
