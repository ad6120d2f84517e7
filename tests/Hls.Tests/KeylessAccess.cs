using MediaServer.Hub;

namespace MediaServer.Hls.Tests;

/// <summary>Lets everybody play everything, except what is in the app <c>closed</c>: that takes a key.</summary>
internal sealed class KeylessAccess : IStreamAuthorizer
{
    public ValueTask<AccessDecision> AuthorizeAsync(AccessRequest request, CancellationToken cancellationToken) =>
        new(request.Stream.App == "closed" && request.Key is null ? AccessDecision.Deny("a key is needed") : AccessDecision.Allow());
}
