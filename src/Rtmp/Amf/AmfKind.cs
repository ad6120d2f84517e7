namespace MediaServer.Rtmp;

/// <summary>The kind of an <see cref="AmfValue"/>.</summary>
public enum AmfKind : byte
{
    /// <summary>No value at all; also what a missing property is.</summary>
    Undefined,

    /// <summary>Null.</summary>
    Null,

    /// <summary>A 64-bit floating point number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Properties, in order; typed objects are read as these.</summary>
    Structure,

    /// <summary>Properties, in order, written as an associative array.</summary>
    EcmaArray,

    /// <summary>Values in order.</summary>
    StrictArray,

    /// <summary>Milliseconds since 1970, UTC.</summary>
    Date,
}
