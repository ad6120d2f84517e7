namespace MediaServer.Media;

/// <summary>Writes the CMAF header of a file with one track (ISO/IEC 23000-19 §7.3.1): what a player needs before the first fragment.</summary>
/// <remarks>No edit list: composition offsets are signed (brand <c>cmf2</c>), so the first sample needs none.</remarks>
public static class CmafInitSegment
{
    /// <summary>The timescale of every video track: a multiple of milliseconds and of the usual frame rates.</summary>
    public const int VideoTimescale = 90_000;

    internal const uint TrackId = 1;

    private const int BytesWithoutConfiguration = 1024;

    /// <summary>The header of an H.264 track, its timescale <see cref="VideoTimescale"/>.</summary>
    public static byte[] Write(AvcConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        AvcSequenceParameters picture = configuration.Sequence;
        byte[] buffer = new byte[BytesWithoutConfiguration + configuration.Record.Length];
        var writer = new BoxWriter(buffer);
        WriteFileType(ref writer);
        var track = new TrackHeader("vide"u8, VideoTimescale, picture.Width, picture.Height);
        int movie = BeginTrack(ref writer, track, out TrackBoxes boxes);
        WriteAvcSampleEntry(ref writer, configuration);
        EndTrack(ref writer, movie, boxes);
        return buffer[..writer.LengthBytes];
    }

    /// <summary>
    /// The header of an AAC track, its timescale the core coder's <see cref="AudioSpecificConfig.SampleRate"/>. Spectral band replication is
    /// said where every decoder sees it (Apple 2.24), also when the publisher said it behind the AAC-LC part.
    /// </summary>
    public static byte[] Write(AudioSpecificConfig configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ReadOnlyMemory<byte> record = ExplicitSbrConfig.From(configuration);
        byte[] buffer = new byte[BytesWithoutConfiguration + record.Length];
        var writer = new BoxWriter(buffer);
        WriteFileType(ref writer);
        var track = new TrackHeader("soun"u8, configuration.SampleRate, 0, 0);
        int movie = BeginTrack(ref writer, track, out TrackBoxes boxes);
        WriteAacSampleEntry(ref writer, configuration, record.Span);
        EndTrack(ref writer, movie, boxes);
        return buffer[..writer.LengthBytes];
    }

    private static void WriteFileType(ref BoxWriter writer)
    {
        int ftyp = writer.Begin("ftyp"u8);
        writer.Write("cmf2"u8);
        writer.UInt32(0);
        writer.Write("cmf2"u8);
        writer.Write("cmfc"u8);
        writer.Write("iso6"u8);
        writer.End(ftyp);
    }

    private static int BeginTrack(ref BoxWriter writer, in TrackHeader track, out TrackBoxes boxes)
    {
        bool isVideo = track.Width > 0;
        int moov = writer.Begin("moov"u8);
        WriteMovieHeader(ref writer);

        boxes.Track = writer.Begin("trak"u8);
        const uint EnabledInMovie = 3;
        int tkhd = writer.BeginFull("tkhd"u8, 0, EnabledInMovie);
        writer.Zeros(8); // creation and modification time
        writer.UInt32(TrackId);
        writer.Zeros(4 + 4 + 8 + 2 + 2); // reserved, duration, reserved, layer, alternate group
        writer.UInt16((ushort)(isVideo ? 0 : 0x0100)); // volume
        writer.Zeros(2);
        WriteUnityMatrix(ref writer);
        writer.UInt32((uint)track.Width << 16);
        writer.UInt32((uint)track.Height << 16);
        writer.End(tkhd);

        boxes.Media = writer.Begin("mdia"u8);
        const ushort UndeterminedLanguage = 0x55C4; // "und"
        int mdhd = writer.BeginFull("mdhd"u8, 0, 0);
        writer.Zeros(8);
        writer.UInt32((uint)track.Timescale);
        writer.UInt32(0);
        writer.UInt16(UndeterminedLanguage);
        writer.UInt16(0);
        writer.End(mdhd);

        int hdlr = writer.BeginFull("hdlr"u8, 0, 0);
        writer.UInt32(0);
        writer.Write(track.Handler);
        writer.Zeros(12 + 1); // reserved, an empty name
        writer.End(hdlr);

        boxes.Information = writer.Begin("minf"u8);
        int header = isVideo ? writer.BeginFull("vmhd"u8, 0, 1) : writer.BeginFull("smhd"u8, 0, 0);
        writer.Zeros(isVideo ? 8 : 4);
        writer.End(header);
        WriteDataInformation(ref writer);

        boxes.SampleTable = writer.Begin("stbl"u8);
        boxes.SampleDescription = writer.BeginFull("stsd"u8, 0, 0);
        writer.UInt32(1);
        return moov;
    }

    private static void EndTrack(ref BoxWriter writer, int moov, in TrackBoxes boxes)
    {
        writer.End(boxes.SampleDescription);
        WriteEmptyTable(ref writer, "stts"u8, 4);
        WriteEmptyTable(ref writer, "stsc"u8, 4);
        WriteEmptyTable(ref writer, "stsz"u8, 8);
        WriteEmptyTable(ref writer, "stco"u8, 4);
        writer.End(boxes.SampleTable);
        writer.End(boxes.Information);
        writer.End(boxes.Media);
        writer.End(boxes.Track);

        int mvex = writer.Begin("mvex"u8);
        int trex = writer.BeginFull("trex"u8, 0, 0);
        writer.UInt32(TrackId);
        writer.UInt32(1); // sample description
        writer.Zeros(12); // each fragment says duration, size and flags itself
        writer.End(trex);
        writer.End(mvex);
        writer.End(moov);
    }

    private static void WriteMovieHeader(ref BoxWriter writer)
    {
        int mvhd = writer.BeginFull("mvhd"u8, 0, 0);
        writer.Zeros(8);
        writer.UInt32(1000);
        writer.UInt32(0);           // duration: unknown, in fragments
        writer.UInt32(0x0001_0000); // rate
        writer.UInt16(0x0100);      // volume
        writer.Zeros(10);
        WriteUnityMatrix(ref writer);
        writer.Zeros(24);
        writer.UInt32(TrackId + 1);
        writer.End(mvhd);
    }

    private static void WriteUnityMatrix(ref BoxWriter writer)
    {
        foreach (uint value in (ReadOnlySpan<uint>)[0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000])
        {
            writer.UInt32(value);
        }
    }

    private static void WriteDataInformation(ref BoxWriter writer)
    {
        int dinf = writer.Begin("dinf"u8);
        int dref = writer.BeginFull("dref"u8, 0, 0);
        writer.UInt32(1);
        int url = writer.BeginFull("url "u8, 0, 1); // the media is in this file
        writer.End(url);
        writer.End(dref);
        writer.End(dinf);
    }

    private static void WriteEmptyTable(ref BoxWriter writer, ReadOnlySpan<byte> type, int zeros)
    {
        int table = writer.BeginFull(type, 0, 0);
        writer.Zeros(zeros);
        writer.End(table);
    }

    private static void WriteAvcSampleEntry(ref BoxWriter writer, AvcConfiguration configuration)
    {
        const uint DotsPerInch72 = 0x0048_0000;
        AvcSequenceParameters picture = configuration.Sequence;
        int entry = writer.Begin("avc1"u8);
        writer.Zeros(6);
        writer.UInt16(1); // data reference
        writer.Zeros(16);
        writer.UInt16((ushort)picture.Width);
        writer.UInt16((ushort)picture.Height);
        writer.UInt32(DotsPerInch72);
        writer.UInt32(DotsPerInch72);
        writer.UInt32(0);
        writer.UInt16(1); // frames a sample
        writer.Zeros(32); // compressor's name
        writer.UInt16(0x0018);
        writer.UInt16(0xFFFF);

        int avcC = writer.Begin("avcC"u8);
        writer.Write(configuration.Record.Span);
        writer.End(avcC);

        if (picture.Color != VideoColor.Unspecified)
        {
            int colr = writer.Begin("colr"u8);
            writer.Write("nclx"u8);
            writer.UInt16(picture.Color.Primaries);
            writer.UInt16(picture.Color.Transfer);
            writer.UInt16(picture.Color.Matrix);
            writer.Byte((byte)(picture.Color.IsFullRange ? 0x80 : 0));
            writer.End(colr);
        }

        writer.End(entry);
    }

    private static void WriteAacSampleEntry(ref BoxWriter writer, AudioSpecificConfig configuration, ReadOnlySpan<byte> record)
    {
        const int StereoWhenLeftToTheBitstream = 2;
        int entry = writer.Begin("mp4a"u8);
        writer.Zeros(6);
        writer.UInt16(1); // data reference
        writer.Zeros(8);
        writer.UInt16((ushort)(configuration.Channels > 0 ? configuration.Channels : StereoWhenLeftToTheBitstream));
        writer.UInt16(16); // bits a sample
        writer.UInt32(0);
        writer.UInt32(configuration.SampleRate <= ushort.MaxValue ? (uint)configuration.SampleRate << 16 : 0); // above: the timescale says it

        int esds = writer.BeginFull("esds"u8, 0, 0);
        WriteElementaryStreamDescriptor(ref writer, record);
        writer.End(esds);
        writer.End(entry);
    }

    /// <summary>The descriptors of ISO/IEC 14496-1 §7.2.6 that lead to the AudioSpecificConfig.</summary>
    private static void WriteElementaryStreamDescriptor(ref BoxWriter writer, ReadOnlySpan<byte> record)
    {
        const byte EsDescriptor = 3;
        const byte DecoderConfiguration = 4;
        const byte DecoderSpecificInfo = 5;
        const byte SynchronizationLayer = 6;
        const int DescriptorHeaderBytes = 5; // tag, and a length that always takes four bytes
        const int DecoderConfigurationBytes = 13;
        int specificBytes = DescriptorHeaderBytes + record.Length;
        int decoderBytes = DescriptorHeaderBytes + DecoderConfigurationBytes + specificBytes;

        BeginDescriptor(ref writer, EsDescriptor, 3 + decoderBytes + DescriptorHeaderBytes + 1);
        writer.UInt16(0); // ES_ID is the track's in a file
        writer.Byte(0);

        BeginDescriptor(ref writer, DecoderConfiguration, DecoderConfigurationBytes + specificBytes);
        writer.Byte(0x40);  // objectTypeIndication: ISO/IEC 14496-3
        writer.Byte(0x15);  // audio stream
        writer.Zeros(3 + 4 + 4); // buffer size and bit rates: not known

        BeginDescriptor(ref writer, DecoderSpecificInfo, record.Length);
        writer.Write(record);

        BeginDescriptor(ref writer, SynchronizationLayer, 1);
        writer.Byte(2); // as in MP4 files
    }

    private static void BeginDescriptor(ref BoxWriter writer, byte tag, int lengthBytes)
    {
        writer.Byte(tag);
        for (int shift = 21; shift >= 0; shift -= 7)
        {
            writer.Byte((byte)(((lengthBytes >> shift) & 0x7F) | (shift > 0 ? 0x80 : 0)));
        }
    }

    private readonly ref struct TrackHeader(ReadOnlySpan<byte> handler, int timescale, int width, int height)
    {
        public ReadOnlySpan<byte> Handler { get; } = handler;

        public int Timescale { get; } = timescale;

        public int Width { get; } = width;

        public int Height { get; } = height;
    }

    private struct TrackBoxes
    {
        public int Track;
        public int Media;
        public int Information;
        public int SampleTable;
        public int SampleDescription;
    }
}
