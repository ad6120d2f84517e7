using System.Net;
using MediaServer.Hub;
using MediaServer.Ingest;
using Microsoft.Extensions.Options;

namespace MediaServer.Server.Access;

/// <summary>Decides by keys. This machine may publish without one; whoever gives one to publish has to give a right one.</summary>
internal sealed class KeyAuthorizer(AccessKeys keys, FailureLimit failures, IOptions<IngestOptions> ingest) : IStreamAuthorizer
{
    public ValueTask<AccessDecision> AuthorizeAsync(AccessRequest request, CancellationToken cancellationToken) =>
        new(request.Action == AccessAction.Publish ? DecidePublish(request) : DecidePlay(request));

    private AccessDecision DecidePublish(AccessRequest request)
    {
        if (!string.IsNullOrEmpty(request.Key))
        {
            return Check(request, request.Key, keys.Find(AccessAction.Publish, request.Stream));
        }

        if (request.LoginId is { } id)
        {
            return Check(id, keys.Find(AccessAction.Publish, request.Stream));
        }

        return ingest.Value.AllowRemotePublish || IPAddress.IsLoopback(request.Address)
            ? AccessDecision.Allow()
            : AccessDecision.Deny("publishing from another machine needs a key: write ?key=KEY behind the stream's name (\"mediaserver keys add\" makes one)");
    }

    private AccessDecision DecidePlay(AccessRequest request)
    {
        AccessKey[] covering = [.. keys.Find(AccessAction.Play, request.Stream)];
        if (covering.Length == 0)
        {
            return AccessDecision.Allow(); // a stream that no play key is made for is everybody's
        }

        if (!string.IsNullOrEmpty(request.Key))
        {
            return Check(request, request.Key, covering);
        }

        return request.LoginId is { } id
            ? Check(id, covering)
            : AccessDecision.Deny("playing this stream needs a key: write ?key=KEY behind its name");
    }

    private static AccessDecision Check(string loginId, IEnumerable<AccessKey> candidates) =>
        candidates.Any(key => key.Id == loginId)
            ? AccessDecision.Allow(loginId)
            : AccessDecision.Deny("the key that logged in is not one for this stream");

    private AccessDecision Check(AccessRequest request, string key, IEnumerable<AccessKey> candidates)
    {
        if (failures.IsHeldOff(request.Address, out TimeSpan wait))
        {
            return AccessDecision.Deny($"too many wrong keys came from this address: try again in {Math.Ceiling(wait.TotalSeconds)} s");
        }

        foreach (AccessKey candidate in candidates)
        {
            if (candidate.IsOpenedBy(key))
            {
                return AccessDecision.Allow(candidate.Id);
            }
        }

        failures.Count(request.Address);
        return AccessDecision.Deny("the key is not one for this stream");
    }
}
