using System.Buffers;
using System.Text;
using MediaServer.Rtmp;

namespace MediaServer.Fuzz.Targets;

/// <summary>Compares AMF values bit by bit.</summary>
internal static class AmfComparison
{
    public static byte[] Write(AmfValue value)
    {
        var output = new ArrayBufferWriter<byte>();
        Amf0Writer.Write(output, value);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes a value, reads it back, and compares; and writes that again, which must give the same bytes.</summary>
    /// <remarks>Not where invalid UTF-8 was replaced and made a text too long to read or write again.</remarks>
    public static void AssertSurvivesWriting(AmfValue value)
    {
        if (!CanBeWritten(value))
        {
            return;
        }

        byte[] written = Write(value);
        var reader = new Amf0Reader(written);
        Oracle.Holds(reader.TryRead(out AmfValue again), "what was written cannot be read");
        Oracle.Holds(reader.IsAtEnd, "more was written than is read");
        Oracle.Holds(AreSame(value, again), "another value is read than was written");
        Oracle.Holds(Write(again).AsSpan().SequenceEqual(written), "written again, it has other bytes");
    }

    public static bool AreSame(AmfValue a, AmfValue b)
    {
        if (a.Kind != b.Kind || a.IsTrue != b.IsTrue || a.Text != b.Text || a.Properties.Length != b.Properties.Length || a.Items.Length != b.Items.Length
            || BitConverter.DoubleToInt64Bits(a.Number) != BitConverter.DoubleToInt64Bits(b.Number))
        {
            return false;
        }

        for (int i = 0; i < a.Properties.Length; i++)
        {
            if (a.Properties[i].Name != b.Properties[i].Name || !AreSame(a.Properties[i].Value, b.Properties[i].Value))
            {
                return false;
            }
        }

        for (int i = 0; i < a.Items.Length; i++)
        {
            if (!AreSame(a.Items[i], b.Items[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool CanBeWritten(AmfValue value) =>
        IsShort(value.Text ?? "")
        && value.Properties.All(property => IsShort(property.Name) && CanBeWritten(property.Value))
        && value.Items.All(CanBeWritten);

    private static bool IsShort(string text) => Encoding.UTF8.GetByteCount(text) <= Amf0Reader.MaxTextBytes;
}
