using System.Buffers.Binary;

namespace MediaServer.Fuzz.Targets;

/// <summary>Byte strings one behind the other in one input, each behind its length of 16 bits.</summary>
internal static class Records
{
    public static byte[] Join(params IEnumerable<byte[]> records) =>
        [.. records.SelectMany(record => (byte[])[(byte)(record.Length >> 8), (byte)record.Length, .. record])];

    /// <summary>The byte strings; the last may be shorter than its length says.</summary>
    public static IEnumerable<byte[]> Split(byte[] input)
    {
        for (int at = 0; at + 2 <= input.Length;)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(at)), input.Length - at - 2);
            yield return input[(at + 2)..(at + 2 + length)];
            at += 2 + length;
        }
    }
}
