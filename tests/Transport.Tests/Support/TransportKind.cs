namespace MediaServer.Transport.Tests;

/// <summary>The ways a connection is carried; the same tests run on each.</summary>
public enum TransportKind
{
    Shard,
    ManagedSocket,
    Tls,
}
