namespace MediaServer.Fuzz;

/// <summary>An input that the target does not stand.</summary>
internal sealed class FuzzFault(string target, byte[] input, string what)
    : Exception($"{target} does not stand {input.Length} bytes: {what}")
{
    public byte[] Input { get; } = input;

    /// <summary>The same with the beginning of the input, for a test's output.</summary>
    public string Describe() => $"{Message}\nThe input begins with {Convert.ToHexString(Input.AsSpan(0, Math.Min(Input.Length, 2_048)))}";
}
