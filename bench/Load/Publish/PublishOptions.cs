namespace MediaServer.Load;

/// <summary>What <c>publish</c> is asked for.</summary>
internal sealed record PublishOptions
{
    private const int EncoderChunkBytes = 4096; // OBS

    public required Target Target { get; init; }

    public required Clip Clip { get; init; }

    public required int Publishers { get; init; }

    public required double PublishersPerSecond { get; init; }

    public required TimeSpan Warm { get; init; }

    public required TimeSpan Window { get; init; }

    public required int ChunkBytes { get; init; }

    public required int? ServerProcess { get; init; }

    /// <exception cref="UsageException">The arguments are not right.</exception>
    public static PublishOptions Parse(ArgumentList arguments) => new()
    {
        Target = Target.Parse(arguments.RequiredText("url"), arguments.Flag("allow-remote"), "rtmp"),
        Clip = Clip.Load(arguments.RequiredText("file"), arguments.Flag("stamp")),
        Publishers = arguments.Count("publishers", 1, 1, Limits.Clients),
        PublishersPerSecond = arguments.Number("ramp", 200, 0.1, 100_000),
        Warm = arguments.Seconds("warm", 2, 0, Limits.Seconds),
        Window = arguments.Seconds("seconds", 10, 0.1, Limits.Seconds),
        ChunkBytes = arguments.Count("chunk-size", EncoderChunkBytes, 128, 10 * 1024 * 1024),
        ServerProcess = arguments.Count("server-pid", 0, 0, int.MaxValue) is var process and > 0 ? process : null,
    };

    /// <summary>The name of one of them: the URL's when it is alone, else that with a number behind it.</summary>
    public string NameOf(int index)
    {
        if (Publishers == 1)
        {
            return Target.StreamName;
        }

        string[] parts = Target.StreamName.Split('?', 2);
        return parts.Length == 1 ? $"{parts[0]}{index}" : $"{parts[0]}{index}?{parts[1]}";
    }
}
