namespace MediaServer.Media.Tests;

/// <summary>Numbers that are the same in each run.</summary>
internal static class RandomNumbers
{
    public static Random Seeded(int seed = 1) => new(seed);

    public static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        Seeded(seed).NextBytes(bytes);
        return bytes;
    }
}
