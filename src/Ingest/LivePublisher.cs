using System.Net;
using MediaServer.Hub;

namespace MediaServer.Ingest;

/// <summary>Whoever publishes a stream now, as far as other connections need to know.</summary>
/// <param name="publication">The right that it has.</param>
/// <param name="claim">How it got it.</param>
/// <param name="takeOvers">How often the stream was taken from one publisher by the next.</param>
/// <param name="now">The timestamp of this moment.</param>
internal sealed class LivePublisher(Publication publication, PublishClaim claim, TakeOverBackOff takeOvers, long now)
{
    private long _heardAt = now;

    public Publication Publication => publication;

    public TakeOverBackOff TakeOvers => takeOvers;

    /// <summary>When media came last. Written by the publisher's loop, read by anybody.</summary>
    public long HeardAt
    {
        get => Volatile.Read(ref _heardAt);
        set => Volatile.Write(ref _heardAt, value);
    }

    /// <summary>
    /// Whether a claim comes from the same encoder, as far as that can be known: it has the same key and calls from the same address. An
    /// encoder that reconnects does so while its old connection still looks alive from here.
    /// </summary>
    public bool IsSameEncoder(PublishClaim other) =>
        claim.Credential is not null && claim.Credential == other.Credential && claim.Address.Equals(other.Address);

    /// <summary>Takes the stream from it. It is told on its own loop; no frame of it gets in any more when this returns.</summary>
    public void Replace()
    {
        publication.Suspend();
        claim.Replaced();
    }
}

/// <summary>Somebody who may publish a stream and wants to.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Credential">The name of the key it has; <see langword="null"/> when it needed none.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Replaced">Called, on any thread, when another publisher has taken the stream from it.</param>
internal sealed record PublishClaim(Media.StreamKey Stream, string? Credential, IPAddress Address, Action Replaced);
