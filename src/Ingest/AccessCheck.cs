using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.Transport;
using Microsoft.Extensions.Logging;

namespace MediaServer.Ingest;

/// <summary>Asks the authorizer on behalf of a connection. Who cannot be asked has said no.</summary>
internal sealed class AccessCheck(IStreamAuthorizer authorizer, ILogger logger)
{
    private const string KeyParameter = "key";

    /// <summary>Decides about a request to publish or to play. May continue on any thread.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="loginId">The key that the peer logged in with, if it did.</param>
    /// <param name="transport">Who asks.</param>
    public async ValueTask<AccessDecision> AuthorizeAsync(RtmpRequest request, StreamKey stream, string? loginId, TransportConnection transport)
    {
        try
        {
            return await authorizer.AuthorizeAsync(
                new AccessRequest
                {
                    Action = request is PublishRequest ? AccessAction.Publish : AccessAction.Play,
                    Stream = stream,
                    Address = transport.RemoteEndPoint.Address,
                    Key = request.FindParameter(KeyParameter),
                    LoginId = loginId,
                },
                transport.PeerClosed);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            if (!transport.PeerClosed.IsCancellationRequested)
            {
                logger.AuthorizerFailed(fault, transport.Id);
            }

            return AccessDecision.Deny("the server cannot check access now");
        }
    }
}
