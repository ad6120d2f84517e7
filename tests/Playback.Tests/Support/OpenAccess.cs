using MediaServer.Hub;

namespace MediaServer.Playback.Tests.Support;

/// <summary>Lets everybody do everything, unless a test asks for a key.</summary>
internal sealed class OpenAccess : IStreamAuthorizer
{
    /// <summary>The key to play anything; none at first.</summary>
    public string? Key { get; set; }

    public ValueTask<AccessDecision> AuthorizeAsync(AccessRequest request, CancellationToken cancellationToken) =>
        new(Key is null || request.Key == Key ? AccessDecision.Allow(request.Key) : AccessDecision.Deny("a key is needed"));
}
