namespace MediaServer.Fuzz.Targets;

/// <summary>Checks what was read of a codec's configuration or frame header, and says what it is.</summary>
/// <param name="input">The bytes.</param>
/// <param name="outcome">Gets what was read.</param>
/// <returns>Whether it was understood.</returns>
internal delegate bool ConfigurationCheck(byte[] input, ref Fingerprint outcome);

/// <summary>One codec's configuration: what is read of it fits a sample entry, whatever the bytes.</summary>
internal sealed class ConfigurationTarget(string name, ConfigurationCheck check, params byte[][] seeds) : FuzzTarget
{
    public override string Name => name;

    public override IEnumerable<byte[]> Seeds => seeds;

    public override IReadOnlyList<byte[]> Tokens =>
    [
        [0x40, 1], [0x42, 1], [0x44, 1], [0, 0, 3], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0, 0, 0], [0x81], [0x0A, 0x0B], [0x0B, 0x77], [0xFF, 0xFB],
        .. TokensOf("OpusHead", "fLaC"),
    ];

    public override void Run(byte[] input, ref Fingerprint outcome) => outcome.Add(check(input, ref outcome));
}
