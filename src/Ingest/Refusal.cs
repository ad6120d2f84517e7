namespace MediaServer.Ingest;

/// <summary>A refusal.</summary>
/// <param name="Reason">For the counter, and for the code that the client is told.</param>
/// <param name="Description">For the client's user and the log; holds no secret.</param>
internal sealed record Refusal(RefusalReason Reason, string Description);
