using System.ComponentModel.DataAnnotations;

namespace MediaServer.Server.Options;

/// <summary>The HTTP API.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>
    /// The bearer token that opens the API to other machines; who has it may see everything that the API shows. Default none: the API then
    /// answers this machine alone. At least 16 characters, because it can be tried from anywhere.
    /// </summary>
    [MinLength(16, ErrorMessage = "a token has at least 16 characters")]
    public string? Token { get; set; }
}
