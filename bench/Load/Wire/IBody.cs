namespace MediaServer.Load;

/// <summary>Takes what is around the bytes of an HTTP answer away, and passes them on to the scanner.</summary>
internal interface IBody
{
    /// <summary>Reads on.</summary>
    /// <returns>Whether all was right and more may come.</returns>
    bool Read(ReadOnlySpan<byte> bytes, FlvScanner scanner);
}

/// <summary>Nothing is around them: they go on until the connection ends.</summary>
internal sealed class PlainBody : IBody
{
    public bool Read(ReadOnlySpan<byte> bytes, FlvScanner scanner) => scanner.Scan(bytes);
}
