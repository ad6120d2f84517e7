using System.Buffers.Binary;
using MediaServer.Media;

namespace MediaServer.Ingest.Tests.Dropping;

/// <summary>
/// What subscribers got of one stream, in files that Debian's ffmpeg reads: the pictures of each run in files of their own, so that a decoder
/// of its own takes them, and all sound in one.
/// </summary>
/// <param name="startsAnew">
/// Whether a decoder is started anew wherever a subscriber goes on after a gap, as one is that seeks; otherwise it is told nothing.
/// </param>
/// <remarks>
/// That ffmpeg knows no other video than H.264 in FLV. H.265 as an Annex B byte stream and AV1 as temporal units go into IVF: elementary
/// streams with times.
/// </remarks>
internal sealed class Recording(bool startsAnew)
{
    private readonly List<Stretch> _pictures = [];
    private readonly List<IReadOnlyList<ReceivedFrame>> _sounds = [];
    private int _runs;

    /// <summary>The run that each input is of; sound is of none, and comes last.</summary>
    public IReadOnlyList<int> RunOfInput => [.. _pictures.Select(stretch => stretch.Run)];

    /// <summary>Adds a run.</summary>
    /// <param name="frames">What a subscriber got, in order.</param>
    /// <param name="follows">Whether nothing but disposable pictures is missing between a picture and the next.</param>
    public void Add(IReadOnlyList<ReceivedFrame> frames, Func<ReceivedFrame, ReceivedFrame, bool> follows)
    {
        ReceivedFrame? header = null;
        ReceivedFrame? last = null;
        foreach (ReceivedFrame frame in frames.Where(frame => frame.Kind == MediaKind.Video && !frame.IsTrackMetadata))
        {
            if (frame.IsHeader)
            {
                header = frame;
                continue;
            }

            bool isGap = last is not null && !follows(last, frame);
            if (last is null || (startsAnew && isGap && frame.IsRandomAccess))
            {
                Assert.True(header is not null, $"{frame} came without a header");
                _pictures.Add(new Stretch(_runs, header, []));
            }

            _pictures[^1].Pictures.Add(frame);
            last = frame;
        }

        _sounds.Add([.. frames.Where(frame => frame is { Kind: MediaKind.Audio, Codec: MediaCodec.Aac } && !frame.IsTrackMetadata)]);
        _runs++;
    }

    /// <summary>Writes it.</summary>
    /// <returns>The arguments that have ffmpeg read it.</returns>
    public IReadOnlyList<string[]> Write(string folder)
    {
        var inputs = new List<string[]>();
        foreach (Stretch stretch in _pictures)
        {
            MediaCodec codec = stretch.Pictures[0].Codec;
            string file = Path.Combine(folder, $"{inputs.Count}.{(codec == MediaCodec.Avc ? "flv" : "ivf")}");
            using FileStream output = File.Create(file);
            if (codec == MediaCodec.Avc)
            {
                WriteFlv(output, MediaKind.Video, [[stretch.Header, .. stretch.Pictures]]);
            }
            else
            {
                WriteIvf(output, codec, stretch);
            }

            inputs.Add([.. codec == MediaCodec.Hevc ? (string[])["-c:v", "hevc"] : [], "-i", file]); // IVF has no name for H.265 there
        }

        if (_sounds.Exists(run => run.Any(frame => frame.IsSound)))
        {
            string file = Path.Combine(folder, "sound.flv");
            using FileStream output = File.Create(file);
            WriteFlv(output, MediaKind.Audio, _sounds);
            inputs.Add(["-i", file]);
        }

        return inputs;
    }

    /// <summary>Writes runs one behind the other, their times moved.</summary>
    private static void WriteFlv(FileStream output, MediaKind kind, IEnumerable<IReadOnlyList<ReceivedFrame>> runs)
    {
        const int TagHeaderBytes = 11;
        const int MillisecondsPerRun = 20_000;

        output.Write([(byte)'F', (byte)'L', (byte)'V', 1, (byte)(kind == MediaKind.Video ? 1 : 4), 0, 0, 0, 9, 0, 0, 0, 0]);
        Span<byte> header = stackalloc byte[TagHeaderBytes];
        foreach ((int run, ReceivedFrame frame) in runs.SelectMany((frames, run) => frames.Select(frame => (run, frame))))
        {
            uint time = (uint)(frame.Dts + (run * MillisecondsPerRun));
            header.Clear();
            BinaryPrimitives.WriteInt32BigEndian(header, frame.Body.Length); // 24 bits, below the type
            header[0] = (byte)(kind == MediaKind.Audio ? 8 : 9);
            BinaryPrimitives.WriteUInt32BigEndian(header[4..], time << 8);
            header[7] = (byte)(time >> 24);
            output.Write(header);
            output.Write(frame.Body);
            BinaryPrimitives.WriteInt32BigEndian(header, TagHeaderBytes + frame.Body.Length);
            output.Write(header[..sizeof(int)]);
        }
    }

    private static void WriteIvf(FileStream output, MediaCodec codec, Stretch stretch)
    {
        Span<byte> header = stackalloc byte[32];
        header.Clear();
        "DKIF"u8.CopyTo(header);
        BinaryPrimitives.WriteInt16LittleEndian(header[6..], 32);
        (codec == MediaCodec.Av1 ? "AV01"u8 : "HEVC"u8).CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], 1_000); // ticks a second
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], 1);
        output.Write(header);

        Span<byte> unitHeader = stackalloc byte[12];
        foreach (ReceivedFrame picture in stretch.Pictures)
        {
            byte[] unit = ElementaryStream.UnitOf(picture, picture == stretch.Pictures[0] ? stretch.Header : null);
            BinaryPrimitives.WriteInt32LittleEndian(unitHeader, unit.Length);
            BinaryPrimitives.WriteInt64LittleEndian(unitHeader[4..], picture.Pts);
            output.Write(unitHeader);
            output.Write(unit);
        }
    }

    /// <summary>Pictures of a run that one decoder gets.</summary>
    private sealed record Stretch(int Run, ReceivedFrame Header, List<ReceivedFrame> Pictures);
}
