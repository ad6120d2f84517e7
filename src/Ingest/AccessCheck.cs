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
    public async ValueTask<AccessDecision> AuthorizeAsync(RtmpRequest request, StreamKey stream, TransportConnection transport)
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
