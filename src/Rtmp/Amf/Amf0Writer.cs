using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MediaServer.Rtmp;

/// <summary>Writes AMF0 values.</summary>
public static class Amf0Writer
{
    private const ushort Utc = 0;

    /// <summary>Writes one value, with all that is in it.</summary>
    public static void Write(IBufferWriter<byte> output, AmfValue value)
    {
        ArgumentNullException.ThrowIfNull(output);
        switch (value.Kind)
        {
            case AmfKind.Number:
                WriteMarker(output, AmfMarker.Number);
                WriteDouble(output, value.Number);
                break;
            case AmfKind.Boolean:
                WriteMarker(output, AmfMarker.Boolean);
                output.Write([value.IsTrue ? (byte)1 : (byte)0]);
                break;
            case AmfKind.Text:
                WriteText(output, value.Text!);
                break;
            case AmfKind.Null:
                WriteMarker(output, AmfMarker.Null);
                break;
            case AmfKind.Structure:
                WriteMarker(output, AmfMarker.Structure);
                WriteProperties(output, value);
                break;
            case AmfKind.EcmaArray:
                WriteMarker(output, AmfMarker.EcmaArray);
                WriteUInt32(output, (uint)value.Properties.Length);
                WriteProperties(output, value);
                break;
            case AmfKind.StrictArray:
                WriteMarker(output, AmfMarker.StrictArray);
                WriteUInt32(output, (uint)value.Items.Length);
                foreach (AmfValue item in value.Items)
                {
                    Write(output, item);
                }

                break;
            case AmfKind.Date:
                WriteMarker(output, AmfMarker.Date);
                WriteDouble(output, value.Number);
                WriteUInt16(output, Utc);
                break;
            default:
                WriteMarker(output, AmfMarker.Undefined);
                break;
        }
    }

    private static void WriteText(IBufferWriter<byte> output, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= ushort.MaxValue)
        {
            WriteMarker(output, AmfMarker.Text);
            WriteUInt16(output, (ushort)bytes.Length);
        }
        else
        {
            WriteMarker(output, AmfMarker.LongText);
            WriteUInt32(output, (uint)bytes.Length);
        }

        output.Write(bytes);
    }

    private static void WriteProperties(IBufferWriter<byte> output, AmfValue value)
    {
        foreach (AmfProperty property in value.Properties)
        {
            byte[] name = Encoding.UTF8.GetBytes(property.Name);
            WriteUInt16(output, checked((ushort)name.Length));
            output.Write(name);
            Write(output, property.Value);
        }

        WriteUInt16(output, 0);
        WriteMarker(output, AmfMarker.StructureEnd);
    }

    private static void WriteMarker(IBufferWriter<byte> output, AmfMarker marker) => output.Write([(byte)marker]);

    private static void WriteDouble(IBufferWriter<byte> output, double value)
    {
        BinaryPrimitives.WriteDoubleBigEndian(output.GetSpan(sizeof(double)), value);
        output.Advance(sizeof(double));
    }

    private static void WriteUInt16(IBufferWriter<byte> output, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(sizeof(ushort)), value);
        output.Advance(sizeof(ushort));
    }

    private static void WriteUInt32(IBufferWriter<byte> output, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(sizeof(uint)), value);
        output.Advance(sizeof(uint));
    }
}
