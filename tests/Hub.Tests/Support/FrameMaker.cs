using System.Buffers.Binary;
using MediaServer.Media;

namespace MediaServer.Hub.Tests;

/// <summary>Makes real frames on real slabs whose payload says which frame it is: a mark of four bytes, then its low byte throughout.</summary>
internal sealed class FrameMaker(SlabPool pool, TimeProvider time) : IDisposable
{
    private readonly PayloadBuilder _payload = new(pool);
    private readonly byte[] _buffer = new byte[512 * 1024];

    public MediaFrame Create(in FrameInfo info, int mark, int lengthBytes = 100)
    {
        Write(_buffer.AsSpan(0, lengthBytes), mark);
        _payload.Append(_buffer.AsMemory(0, lengthBytes));
        return MediaFrame.Create(info with { ReceivedAt = time.GetTimestamp() }, _payload);
    }

    public MediaFrame CreateOwned(in FrameInfo info, int mark, int lengthBytes = 20)
    {
        Write(_buffer.AsSpan(0, lengthBytes), mark);
        return MediaFrame.CreateOwned(info with { ReceivedAt = time.GetTimestamp() }, _buffer.AsSpan(0, lengthBytes));
    }

    public static int MarkOf(MediaFrame frame)
    {
        Span<byte> mark = stackalloc byte[4];
        frame.CopyTo(mark);
        return BinaryPrimitives.ReadInt32LittleEndian(mark);
    }

    /// <summary>Whether every byte of the payload is still what it was made of.</summary>
    public static bool IsIntact(MediaFrame frame)
    {
        int mark = MarkOf(frame);
        int skip = 4;
        for (int i = 0; i < frame.FragmentCount; i++)
        {
            ReadOnlySpan<byte> bytes = frame.GetFragment(i).AsSpan();
            int head = Math.Min(skip, bytes.Length);
            skip -= head;
            if (bytes[head..].ContainsAnyExcept((byte)mark))
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose() => _payload.Dispose();

    private static void Write(Span<byte> payload, int mark)
    {
        payload.Fill((byte)mark);
        BinaryPrimitives.WriteInt32LittleEndian(payload, mark);
    }
}
