namespace MediaServer.Media;

/// <summary>Hands out room in slabs one after the other, filling each to its end. Each piece handed out holds a reference of its own.</summary>
/// <remarks>Not thread-safe: it belongs to one publisher.</remarks>
public sealed class SlabWriter(SlabPool pool) : IDisposable
{
    private Slab? _slab;
    private int _used;

    /// <summary>Takes room at the end of the current slab, or in a new one when fewer than <paramref name="atLeast"/> bytes are left.</summary>
    /// <param name="atLeast">Bytes that must lie together, 1 to <see cref="Slab.LengthBytes"/>.</param>
    /// <param name="atMost">Bytes wanted.</param>
    /// <returns>The room, from <paramref name="atLeast"/> to <paramref name="atMost"/> bytes; the caller releases its slab.</returns>
    public FrameFragment Reserve(int atLeast, int atMost)
    {
        if (_slab is null || Slab.LengthBytes - _used < atLeast)
        {
            _slab?.Release();
            _slab = pool.Rent();
            _used = 0;
        }

        var room = new FrameFragment(_slab, _used, Math.Min(atMost, Slab.LengthBytes - _used));
        _used += room.LengthBytes;
        _slab.Retain();
        return room;
    }

    /// <summary>Lets go of the current slab; pieces handed out keep it.</summary>
    public void Dispose()
    {
        _slab?.Release();
        _slab = null;
    }
}
