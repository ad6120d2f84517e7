using System.Buffers;

namespace MediaServer.Rtmp;

/// <summary>Script data messages: AMF0 of a name and its values, such as <c>onMetaData</c> (FLV 10.1 annex E.4.4).</summary>
public static class ScriptData
{
    /// <summary>The name under which a stream describes itself.</summary>
    public const string OnMetaData = "onMetaData";

    private const string SetDataFrame = "@setDataFrame";

    /// <summary>
    /// Reads the name of script data. Encoders wrap metadata in <c>@setDataFrame</c> for the server; players must get it bare.
    /// </summary>
    /// <param name="payload">The message's payload, or its first 128 bytes.</param>
    /// <param name="name">The name, such as <see cref="OnMetaData"/>.</param>
    /// <param name="offsetBytes">Where the bare data begins: at its name, behind <c>@setDataFrame</c> if that is there.</param>
    /// <returns>Whether there is a name.</returns>
    public static bool TryReadName(ReadOnlySpan<byte> payload, out string name, out int offsetBytes)
    {
        var reader = new Amf0Reader(payload);
        offsetBytes = 0;
        if (TryReadText(ref reader, out name) && name == SetDataFrame)
        {
            offsetBytes = reader.Consumed;
            return TryReadText(ref reader, out name);
        }

        return name.Length > 0;
    }

    /// <summary>Reads the properties of metadata.</summary>
    /// <param name="payload">The whole payload, with or without <c>@setDataFrame</c>.</param>
    /// <param name="metadata">An object or associative array.</param>
    /// <returns>Whether it is metadata, and well-formed.</returns>
    public static bool TryReadMetadata(ReadOnlySpan<byte> payload, out AmfValue metadata)
    {
        metadata = default;
        if (!TryReadName(payload, out string name, out int offsetBytes) || name != OnMetaData)
        {
            return false;
        }

        var reader = new Amf0Reader(payload[offsetBytes..]);
        return reader.TryRead(out _) && reader.TryRead(out metadata) && metadata.Kind is AmfKind.Structure or AmfKind.EcmaArray;
    }

    /// <summary>Writes bare metadata: <c>onMetaData</c> and an associative array, as ffmpeg needs it.</summary>
    public static void WriteMetadata(IBufferWriter<byte> output, params ReadOnlySpan<AmfProperty> properties)
    {
        Amf0Writer.Write(output, OnMetaData);
        Amf0Writer.Write(output, AmfValue.FromEcmaArray(properties));
    }

    private static bool TryReadText(ref Amf0Reader reader, out string text)
    {
        text = reader.TryRead(out AmfValue value) ? value.Text ?? "" : "";
        return text.Length > 0;
    }
}
