using System.ComponentModel.DataAnnotations;

namespace MediaServer.Server.Options;

/// <summary>How a line of the log looks.</summary>
internal enum LogFormat
{
    /// <summary>For people: time, level, source, text.</summary>
    Text,

    /// <summary>For machines: one JSON object a line.</summary>
    Json,
}

/// <summary>The log on the standard output.</summary>
internal sealed class LogOptions
{
    public const string Section = "Log";

    /// <summary>The least severe level that is written: Trace, Debug, Information, Warning, Error, Critical, None. Default Information.</summary>
    [EnumDataType(typeof(LogLevel))]
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>Text for people or Json for machines. Default Text.</summary>
    [EnumDataType(typeof(LogFormat))]
    public LogFormat Format { get; set; } = LogFormat.Text;
}
