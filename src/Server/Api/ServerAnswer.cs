namespace MediaServer.Server.Api;

/// <summary>The answer to <c>GET /api/v1/server</c>.</summary>
/// <param name="Version">The version of the build.</param>
/// <param name="StartedAt">When the process was started.</param>
/// <param name="IngestPort">The port that RTMP is listened on.</param>
/// <param name="RemotePublish">Whether other machines may publish.</param>
internal sealed record ServerAnswer(string Version, DateTimeOffset StartedAt, int IngestPort, bool RemotePublish);
