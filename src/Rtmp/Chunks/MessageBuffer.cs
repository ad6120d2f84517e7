using System.Buffers;

namespace MediaServer.Rtmp;

/// <summary>Collects a command or control message. Grows with what arrives, never with what was promised, and holds nothing between messages.</summary>
internal sealed class MessageBuffer
{
    private byte[] _bytes = [];
    private int _length;

    /// <summary>The bytes so far. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Adds bytes at the end.</summary>
    public void Append(in ReadOnlySequence<byte> bytes)
    {
        int length = _length + (int)bytes.Length;
        if (length > _bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, _bytes.Length * 2));
            Written.CopyTo(larger);
            Return();
            _bytes = larger;
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length = length;
    }

    /// <summary>Drops the bytes.</summary>
    public void Clear()
    {
        Return();
        _bytes = [];
        _length = 0;
    }

    private void Return()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes, clearArray: true); // commands carry stream keys
        }
    }
}
