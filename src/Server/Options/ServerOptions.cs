using System.ComponentModel.DataAnnotations;

namespace MediaServer.Server.Options;

/// <summary>The process as a whole.</summary>
internal sealed class ServerOptions : IValidatableObject
{
    public const string Section = "Server";

    /// <summary>Folder for everything the server keeps; made when missing, and must be writable. Default <c>data</c> in the folder it is started in.</summary>
    [Required]
    public string DataFolder { get; set; } = "data";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        string folder = Path.GetFullPath(DataFolder);
        string? fault = null;
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, $".writable-{Environment.ProcessId}");
            File.Create(probe, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fault = exception.Message;
        }

        if (fault is not null)
        {
            yield return new ValidationResult($"{folder} cannot be written to: {fault}", [nameof(DataFolder)]);
        }
    }
}
