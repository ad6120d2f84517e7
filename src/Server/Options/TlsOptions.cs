using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using MediaServer.Server.Tls;

namespace MediaServer.Server.Options;

/// <summary>The certificate that the TLS ports show.</summary>
internal sealed class TlsOptions : IValidatableObject
{
    public const string Section = "Tls";

    /// <summary>
    /// The certificate: a PEM file (with the chain behind it, as fullchain.pem) or a PFX file. Default none: no TLS. It is read again within a
    /// second after it has changed.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>The private key, a PEM file. Default none: it is in the certificate's file.</summary>
    public string? Key { get; set; }

    /// <summary>The password of the key or of the PFX file. Default none.</summary>
    public string? Password { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        string? fault = null;
        try
        {
            _ = Certificate is null ? null : CertificateFile.Load(this);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            fault = exception.Message;
        }

        if (fault is not null)
        {
            yield return new ValidationResult(fault, [nameof(Certificate)]);
        }

        if (Certificate is null && Key is not null)
        {
            yield return new ValidationResult("a key without a certificate", [nameof(Key)]);
        }
    }
}
