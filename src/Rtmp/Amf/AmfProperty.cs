namespace MediaServer.Rtmp;

/// <summary>One named value of an object or an associative array.</summary>
public readonly record struct AmfProperty(string Name, AmfValue Value);
