using System.Buffers;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>Script data: the bare part that players get has the name that was found, and survives being written again.</summary>
internal sealed class ScriptDataTarget : FuzzTarget
{
    public override string Name => "script-data";

    public override IEnumerable<byte[]> Seeds =>
    [
        .. SampleStream.ReadTags("bframes.flv").Where(tag => tag.Kind == MediaKind.Data).Take(1).Select(tag => tag.Body.ToArray())
            .SelectMany(body => new byte[][] { body, [2, 0, 13, .. "@setDataFrame"u8, .. body] }),
        [2, 0, 10, .. "onCuePoint"u8, 3, 0, 4, .. "name"u8, 2, 0, 1, (byte)'x', 0, 0, 9],
    ];

    public override IReadOnlyList<byte[]> Tokens => [[0, 0, 9], [8, 0, 0, 0, 0], [3], .. TokensOf("@setDataFrame", "onMetaData", "videocodecid", "duration")];

    public override long MaxAllocatedBytes(int inputBytes) => (8 * 1024 * 1024) + (64L * inputBytes);

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        bool hasName = ScriptData.TryReadName(input, out string name, out int offset);
        outcome.Add(hasName);
        if (!hasName)
        {
            Oracle.Holds(!ScriptData.TryReadMetadata(input, out _), "metadata without a name");
            return;
        }

        Oracle.Holds(offset >= 0 && offset < input.Length, "the bare data begins outside");
        var bare = new Amf0Reader(input.AsSpan(offset));
        Oracle.Holds(bare.TryRead(out AmfValue first) && first.Text == name, "the bare data has another name");
        outcome.Add(name.Length > 32 ? "long" : name);
        if (ScriptData.TryReadMetadata(input, out AmfValue metadata))
        {
            Oracle.Same(ScriptData.OnMetaData, name, "name of metadata");
            AmfComparison.AssertSurvivesWriting(metadata);
            outcome.Add(metadata.Properties.Length);
        }
    }
}
