using System.Buffers;
using System.IO.Pipelines;
using MediaServer.Media;

namespace MediaServer.Transport.Tests;

public class AllocationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reading_and_answering_on_a_shard_allocates_nothing(bool slabs)
    {
        const int warm = 300;
        const int measured = 2_000;
        await using var rig = new Rig(TransportKind.Shard);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        long allocated = 0;
        Task serving = connection.ServeAsync(async () =>
        {
            if (slabs)
            {
                connection.ReceiveIntoSlabs();
            }

            for (int i = 0; i < warm + measured; i++)
            {
                if (i == warm)
                {
                    allocated = -GC.GetAllocatedBytesForCurrentThread();
                }

                ReadResult read = await connection.Input.ReadAsync();
                connection.Outbox.Write(read.Buffer.FirstSpan[..1]);
                connection.Input.AdvanceTo(read.Buffer.End);
                connection.Flush();
            }

            allocated += GC.GetAllocatedBytesForCurrentThread();
        });
        byte[] message = new byte[1_000];
        for (int i = 0; i < warm + measured; i++)
        {
            await peer.SendAsync(message);
            await peer.ReceiveAsync(1);
        }

        await serving.Soon();
        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task Sending_frames_from_a_shard_allocates_nothing()
    {
        await using var rig = new Rig(TransportKind.Shard);
        (TransportConnection connection, Peer peer) = await rig.ConnectAsync();
        using var frames = new TestFrames(rig.Pool);
        MediaFrame frame = frames.Make(1_000);
        int length = frame.GetLengthBytes(FrameEnvelope.Rtmp);
        var source = new RepeatingSource(frame);
        await connection.RunAsync(() => connection.StartSending(source, FrameEnvelope.Rtmp));
        long least = long.MaxValue;
        for (int round = 0; round < 10; round++)
        {
            long allocated = await connection.RunAsync(() =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int call = 0; call < 20; call++)
                {
                    source.Left = 4;
                    connection.Flush();
                }

                return GC.GetAllocatedBytesForCurrentThread() - before;
            });
            least = Math.Min(least, allocated);
            await peer.ReceiveAsync(80 * length);
        }

        Assert.Equal(800, source.SentFrames);
        Assert.Equal(200, connection.SendCalls);
        Assert.Equal(0, least);
        frame.Release();
    }

    [Fact]
    public async Task Posting_to_a_shard_allocates_nothing()
    {
        await using var rig = new Rig(TransportKind.Shard);
        EventLoop loop = rig.Host.Loops[0];
        var work = new Nothing();
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 30; i++)
            {
                loop.Post(work);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            await loop.RunAsync(() => true);
        }

        Assert.Equal(0, least);
    }

    private sealed class Nothing : IThreadPoolWorkItem
    {
        public void Execute()
        {
        }
    }

    private sealed class RepeatingSource(MediaFrame repeated) : IFrameSource
    {
        public int Left { get; set; }

        public int SentFrames { get; private set; }

        public bool TryRead(out MediaFrame frame)
        {
            frame = repeated;
            return Left-- > 0 && frame.TryRetain();
        }

        public void Sent(MediaFrame frame) => SentFrames++;

        public void Lost(MediaFrame frame)
        {
        }
    }
}
