namespace MediaServer.Media;

/// <summary>Makes frames for one publisher from the payloads it received.</summary>
/// <remarks>Not thread-safe: it belongs to one publish session.</remarks>
public sealed class FrameFactory(SlabPool pool) : IDisposable
{
    private readonly SlabWriter _headers = new(pool);

    /// <summary>Makes a frame and moves the payload into it; the builder is empty afterwards.</summary>
    /// <returns>The frame, with one reference.</returns>
    public MediaFrame Create(in FrameInfo info, PayloadBuilder payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        FrameFragment headers = _headers.Reserve(FrameHeaders.LengthBytes, FrameHeaders.LengthBytes);
        int charged = headers.Slab.Charge();
        foreach (FrameFragment fragment in payload.Fragments)
        {
            charged += fragment.Slab.Charge();
        }

        var frame = new MediaFrame(info, headers, payload) { ChargedBytes = charged };
        payload.Forget();
        return frame;
    }

    /// <inheritdoc/>
    public void Dispose() => _headers.Dispose();
}
