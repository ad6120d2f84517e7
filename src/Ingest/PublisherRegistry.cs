using System.Collections.Concurrent;
using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Ingest;

/// <summary>
/// Who publishes which stream, and who may take it over: anybody who may publish it from a publisher that has fallen silent; the same
/// encoder, coming back, at once; another one never, unless the newest is to win. Thread-safe.
/// </summary>
internal sealed class PublisherRegistry(StreamHub hub, IngestOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<StreamKey, LivePublisher> _live = new();

    /// <summary>Starts a stream, goes on with one that waits, or takes one over.</summary>
    /// <returns>The publisher, to be given back by <see cref="Leave"/>; or why not.</returns>
    public (LivePublisher? Publisher, Refusal? Refusal) TryPublish(PublishClaim claim)
    {
        var takeOvers = new TakeOverBackOff(time);
        Publication? publication = hub.TryPublish(claim.Stream, out PublishRefusal cause);
        if (cause == PublishRefusal.KeyInUse && _live.TryGetValue(claim.Stream, out LivePublisher? present))
        {
            if (FindFault(claim, present) is { } fault)
            {
                return (null, fault);
            }

            takeOvers = present.TakeOvers;
            present.Replace();
            publication = hub.TryPublish(claim.Stream, out cause);
        }

        return publication is null ? (null, Explain(cause)) : (Register(publication, claim, takeOvers), null);
    }

    /// <summary>Lets go of a stream. Does nothing to one that was taken over.</summary>
    /// <param name="publisher">Who published it.</param>
    /// <param name="isLost">Whether it may come back: then the stream waits for it, if there is anything in it yet.</param>
    public void Leave(LivePublisher publisher, bool isLost)
    {
        End(publisher.Publication, isLost);
        _live.TryRemove(new KeyValuePair<StreamKey, LivePublisher>(publisher.Publication.Topic.Key, publisher));
    }

    private static void End(Publication publication, bool isLost)
    {
        if (isLost && publication.Topic.Head > 0)
        {
            publication.Suspend();
        }
        else
        {
            publication.Dispose();
        }
    }

    private static Refusal Explain(PublishRefusal cause) => cause == PublishRefusal.TooManyStreams
        ? new Refusal(RefusalReason.TooManyStreams, "the server has as many streams as it may (Hub:MaxStreams)")
        : new Refusal(RefusalReason.NameInUse, "somebody publishes this stream already");

    private Refusal? FindFault(PublishClaim claim, LivePublisher present)
    {
        if (time.GetElapsedTime(present.HeardAt) >= options.TakeOverAfter)
        {
            return null;
        }

        if (!options.NewestPublisherWins && !present.IsSameEncoder(claim))
        {
            return Explain(PublishRefusal.KeyInUse);
        }

        return present.TakeOvers.TryTakeOver(out TimeSpan wait)
            ? null
            : new Refusal(
                RefusalReason.TakenOverTooOften, $"two encoders take this stream from each other: try again in {Math.Ceiling(wait.TotalSeconds)} s");
    }

    private LivePublisher Register(Publication publication, PublishClaim claim, TakeOverBackOff takeOvers)
    {
        try
        {
            var publisher = new LivePublisher(publication, claim, takeOvers, time.GetTimestamp());
            _live[claim.Stream] = publisher;
            return publisher;
        }
        catch
        {
            End(publication, isLost: true); // a name must not stay taken by nobody
            throw;
        }
    }
}
