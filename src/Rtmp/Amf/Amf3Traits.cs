namespace MediaServer.Rtmp;

/// <summary>How objects of a class are laid out in AMF3 (§3.12): values of these names, and perhaps named values behind them.</summary>
internal sealed record Amf3Traits(string[] Names, bool IsDynamic);
