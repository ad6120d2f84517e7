namespace MediaServer.Load;

/// <summary>What was asked for cannot be done as it was asked: told on the error output, exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
