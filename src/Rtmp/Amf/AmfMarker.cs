namespace MediaServer.Rtmp;

/// <summary>The first byte of an AMF0 value (AMF0 §2.1).</summary>
internal enum AmfMarker : byte
{
    Number = 0x00,
    Boolean = 0x01,
    Text = 0x02,
    Structure = 0x03,
    Null = 0x05,
    Undefined = 0x06,
    EcmaArray = 0x08,
    StructureEnd = 0x09,
    StrictArray = 0x0A,
    Date = 0x0B,
    LongText = 0x0C,
    XmlDocument = 0x0F,
    TypedStructure = 0x10,
    Amf3 = 0x11,
}
