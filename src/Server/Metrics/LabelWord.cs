namespace MediaServer.Server.Metrics;

/// <summary>The values of an enumeration as metrics and the API name them: <c>UntilKeyframe</c> is <c>until_keyframe</c>.</summary>
internal static class LabelWord
{
    public static string Of<T>(T value)
        where T : struct, Enum =>
        string.Concat(value.ToString().Select((letter, i) => char.IsUpper(letter) && i > 0 ? $"_{letter}" : $"{letter}")).ToLowerInvariant();
}
