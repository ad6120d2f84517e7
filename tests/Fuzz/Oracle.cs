using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Fuzz;

/// <summary>Says what must hold.</summary>
internal static class Oracle
{
    /// <summary>Fails with a sentence when it does not hold.</summary>
    /// <exception cref="OracleException">It does not.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new OracleException(otherwise);
        }
    }

    /// <summary>Fails, showing both, when two values differ.</summary>
    /// <exception cref="OracleException">They do.</exception>
    public static void Same<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new OracleException($"{what}: {expected} and {actual}");
        }
    }
}
