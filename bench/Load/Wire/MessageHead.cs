namespace MediaServer.Load;

/// <summary>The first bytes of a payload, kept while the rest is dropped as it comes.</summary>
internal sealed class MessageHead
{
    /// <summary>Enough for a stamp, and for the code of a status.</summary>
    public const int CapacityBytes = 128;

    private readonly byte[] _bytes = new byte[CapacityBytes];
    private int _kept;

    /// <summary>Bytes of the payload that have gone by.</summary>
    public int SeenBytes { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _kept);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        int length = Math.Min(bytes.Length, CapacityBytes - _kept);
        bytes[..length].CopyTo(_bytes.AsSpan(_kept));
        _kept += length;
        SeenBytes += bytes.Length;
    }

    public void Clear() => SeenBytes = _kept = 0;
}
