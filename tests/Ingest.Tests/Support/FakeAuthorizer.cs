using System.Collections.Concurrent;
using MediaServer.Hub;

namespace MediaServer.Ingest.Tests.Support;

/// <summary>Answers as a test wants; at first it lets everybody do everything.</summary>
internal sealed class FakeAuthorizer : IStreamAuthorizer
{
    private readonly ConcurrentQueue<AccessRequest> _requests = new();

    public Func<AccessRequest, CancellationToken, ValueTask<AccessDecision>> Decide { get; set; } =
        (request, _) => new(AccessDecision.Allow(request.Key));

    /// <summary>What was asked so far.</summary>
    public IReadOnlyCollection<AccessRequest> Requests => _requests;

    public ValueTask<AccessDecision> AuthorizeAsync(AccessRequest request, CancellationToken cancellationToken)
    {
        _requests.Enqueue(request);
        return Decide(request, cancellationToken);
    }
}
