using System.ComponentModel.DataAnnotations;
using MediaServer.Media;

namespace MediaServer.Server.Options;

/// <summary>A stream that the server publishes to itself, to have something to look at.</summary>
internal sealed class DemoOptions : IValidatableObject
{
    public const string Section = "Demo";

    /// <summary>Publishes <see cref="File"/> over and over through the RTMP port. Default false; <c>./run.sh</c> turns it on.</summary>
    public bool Enabled { get; set; }

    /// <summary>An FLV file; a relative path is looked for beside the executable, then in the folder it is started in.</summary>
    [Required]
    public string File { get; set; } = "sample-streams/bframes.flv";

    /// <summary>The name to publish under. Default <c>live/demo</c>.</summary>
    [Required]
    public string Stream { get; set; } = "live/demo";

    /// <summary>Where the file is.</summary>
    /// <returns><see langword="null"/> when it is nowhere.</returns>
    public string? FindFile() =>
        new[] { Path.Combine(AppContext.BaseDirectory, File), Path.GetFullPath(File) }.FirstOrDefault(System.IO.File.Exists);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Enabled && FindFile() is null)
        {
            yield return new ValidationResult($"there is no file {File}", [nameof(File)]);
        }

        if (!StreamKey.TryParse(Stream, out _, out string? fault))
        {
            yield return new ValidationResult(fault, [nameof(Stream)]);
        }
    }
}
