namespace MediaServer.Hub;

/// <summary>Decides who may publish and play. The one check of all protocols.</summary>
public interface IStreamAuthorizer
{
    /// <summary>Decides about one request. Thread-safe. An exception counts as a refusal.</summary>
    /// <param name="request">Who wants what.</param>
    /// <param name="cancellationToken">Cancelled when the peer is gone and nobody waits for the answer any more.</param>
    ValueTask<AccessDecision> AuthorizeAsync(AccessRequest request, CancellationToken cancellationToken);
}
