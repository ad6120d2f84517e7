using MediaServer.Fuzz.Targets;
using MediaServer.Media;

namespace MediaServer.Fuzz;

/// <summary>All targets.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new HandshakeTarget(),
        new SessionTarget(),
        new ClientSessionTarget(),
        new Amf0Target(),
        new Amf3Target(),
        new CommandTarget(),
        new ScriptDataTarget(),
        new StreamPathTarget(),
        new FlvMediaHeaderTarget(MediaKind.Video),
        new FlvMediaHeaderTarget(MediaKind.Audio),
        new FlvReaderTarget(),
        new AvcConfigurationTarget(),
        new AudioSpecificConfigTarget(),
        .. ConfigurationTargets.All,
        .. BitstreamTargets.All,
        new PublishSessionTarget(),
    ];
}
