namespace MediaServer.Media;

/// <summary>Counters of what must not happen, and of the exceptions to "no copy", for the whole process.</summary>
public static class MediaDiagnostics
{
    private static readonly long[] Copied = new long[Enum.GetValues<CopyReason>().Length];
    private static long _overReleases;

    /// <summary>Times that something was released more often than retained. Any value above 0 is a bug of ours.</summary>
    public static long OverReleases => Volatile.Read(ref _overReleases);

    /// <summary>Payload bytes copied in user space so far, for the given reason.</summary>
    public static long CopiedBytes(CopyReason reason) => Volatile.Read(ref Copied[(int)reason]);

    /// <summary>Counts payload bytes that were copied in user space.</summary>
    public static void CountCopy(CopyReason reason, long bytes) => Interlocked.Add(ref Copied[(int)reason], bytes);

    internal static void CountOverRelease() => Interlocked.Increment(ref _overReleases);
}
