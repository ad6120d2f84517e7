using System.Globalization;

namespace MediaServer.TestKit;

/// <summary>
/// Lets a test that draws from a seed go on for hours: <c>./test.sh stress 2h</c> and the like set the time and the seed. Otherwise it
/// takes its usual few seconds, with a seed that stays.
/// </summary>
public static class Endurance
{
    private const int UsualSeed = 20_261_121;

    /// <summary>The seed to begin with; from <c>MEDIASERVER_TEST_SEED</c>.</summary>
    public static int Seed { get; } = (int)(Read("MEDIASERVER_TEST_SEED") ?? UsualSeed);

    /// <summary>How long to go on; from <c>MEDIASERVER_TEST_SECONDS</c>. Null when it is only some seconds of <c>./test.sh</c>.</summary>
    public static TimeSpan? Duration { get; } = Read("MEDIASERVER_TEST_SECONDS") is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private static long? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? long.Parse(value, CultureInfo.InvariantCulture) : null;
}
