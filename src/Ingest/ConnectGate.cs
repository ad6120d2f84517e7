using MediaServer.Rtmp;
using MediaServer.Transport;

namespace MediaServer.Ingest;

/// <summary>Answers the <c>connect</c> of one connection while <see cref="IngestOptions.AskForLogin"/> is on. On the connection's loop.</summary>
internal sealed class ConnectGate(RtmpServerSession session, TransportConnection transport, RtmpEndpoint endpoint)
{
    /// <summary>The id of the key that the peer logged in with; <see langword="null"/> when it did not.</summary>
    public string? LoginId { get; private set; }

    /// <summary>Answers, if the session waits for it.</summary>
    public bool TryAnswer()
    {
        if (session.PendingConnect is not { } connect)
        {
            return false;
        }

        LoginAnswer answer = endpoint.Login(connect.Query, transport.RemoteEndPoint.Address);
        if (answer.IsAccepted)
        {
            LoginId = answer.User;
            session.AcceptConnect();
            return true;
        }

        if (answer.Fault is { } fault)
        {
            endpoint.Counters.CountRefused(RefusalReason.AccessDenied);
            endpoint.Logger.LoginFailed(transport.Id, transport.RemoteEndPoint, fault);
        }
        else
        {
            endpoint.Logger.LoginAsked(transport.Id, transport.RemoteEndPoint);
        }

        session.RefuseConnect(answer.Description ?? "access is denied");
        return true;
    }
}
