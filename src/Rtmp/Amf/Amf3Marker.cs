namespace MediaServer.Rtmp;

/// <summary>The first byte of an AMF3 value (AMF3 §3.1), of those that are read.</summary>
internal enum Amf3Marker : byte
{
    Undefined = 0x00,
    Null = 0x01,
    False = 0x02,
    True = 0x03,
    Integer = 0x04,
    Double = 0x05,
    Text = 0x06,
    XmlDocument = 0x07,
    Date = 0x08,
    Array = 0x09,
    Structure = 0x0A,
    Xml = 0x0B,
}
