using System.Buffers;
using System.Buffers.Binary;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>FLV files: the same tags however the bytes arrive, and the same again when they are written.</summary>
internal sealed class FlvReaderTarget : FuzzTarget
{
    private const int FileHeaderBytes = 9;

    public override string Name => "flv-reader";

    public override IEnumerable<byte[]> Seeds => [SampleStream.ReadBytes("audio-only.flv")[..3_000], SampleStream.ReadBytes("video-only.flv")[..8_000]];

    public override IReadOnlyList<byte[]> Tokens => [[.. "FLV"u8, 1, 5, 0, 0, 0, 9], [8, 0, 0], [9, 0, 0], [18, 0, 0], [0, 0, 0, 11]];

    public override long MaxAllocatedBytes(int inputBytes) => (1024 * 1024) + (512L * inputBytes);

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        List<FlvTag> whole = Read(input, input.Length, out string? fault);
        List<FlvTag> split = Read(input, input.Length / 3, out string? splitFault);
        Oracle.Same(fault, splitFault, "fault, whole and split");
        AssertSame(whole, split, "split");
        Oracle.Holds(whole.Sum(tag => tag.Body.Length + 15) <= Math.Max(0, input.Length - FileHeaderBytes), "more came out than went in");

        List<FlvTag> again = Read(Write(whole), 0, out string? againFault);
        Oracle.Same(null, againFault, "fault of what was written again");
        AssertSame(whole, again, "written again");
        outcome.Add(fault ?? "");
        outcome.Add(Math.Min(whole.Count, 64));
    }

    private static List<FlvTag> Read(byte[] input, int cut, out string? fault)
    {
        var tags = new List<FlvTag>();
        var reader = new FlvReader();
        ReadOnlySequence<byte> received = Wire.Cut(input, cut);
        long consumed = 0;
        foreach (long arrived in (ReadOnlySpan<long>)[cut, input.Length])
        {
            ReadOnlySequence<byte> unread = received.Slice(consumed, arrived - consumed);
            while (reader.Read(ref unread, out FlvTag tag) == OperationStatus.Done)
            {
                tags.Add(tag);
            }

            consumed = arrived - unread.Length;
        }

        fault = reader.Fault;
        return tags;
    }

    private static void AssertSame(List<FlvTag> expected, List<FlvTag> actual, string how)
    {
        Oracle.Same(expected.Count, actual.Count, $"number of tags, {how}");
        for (int i = 0; i < expected.Count; i++)
        {
            Oracle.Same((expected[i].Kind, expected[i].Timestamp, expected[i].Body.Length), (actual[i].Kind, actual[i].Timestamp, actual[i].Body.Length), how);
            Oracle.Holds(expected[i].Body.ToArray().AsSpan().SequenceEqual(actual[i].Body.ToArray()), "another body");
        }
    }

    private static byte[] Write(List<FlvTag> tags)
    {
        var output = new ArrayBufferWriter<byte>();
        FlvWriter.WriteHeader(output, hasAudio: true, hasVideo: true);
        foreach (FlvTag tag in tags)
        {
            var frame = MediaFrame.CreateOwned(new FrameInfo { Kind = tag.Kind, Dts = tag.Timestamp }, tag.Body.ToArray());
            Oracle.Same(15 + (int)tag.Body.Length, frame.GetLengthBytes(FrameEnvelope.Flv), "length of a tag");
            FlvWriter.WriteTag(output, frame);
            Oracle.Same((uint)tag.Body.Length + 11, BinaryPrimitives.ReadUInt32BigEndian(output.WrittenSpan[^4..]), "length behind a tag");
        }

        return output.WrittenSpan.ToArray();
    }
}
