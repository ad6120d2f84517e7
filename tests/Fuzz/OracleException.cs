namespace MediaServer.Fuzz;

/// <summary>Something that must hold does not.</summary>
internal sealed class OracleException(string message) : Exception(message);
