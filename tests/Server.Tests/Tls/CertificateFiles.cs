using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MediaServer.Server.Tests.Tls;

/// <summary>A folder with certificates as users have them.</summary>
internal sealed class CertificateFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mediaserver-tls-").FullName;

    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Writes a new certificate and its key as two PEM files.</summary>
    public void WritePem(string subject, string? password = null)
    {
        using X509Certificate2 certificate = Create(subject);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(PathOf("key.pem"), password is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        File.WriteAllText(PathOf("certificate.pem"), certificate.ExportCertificatePem());
    }

    /// <summary>Writes a new certificate with its key as one PFX file.</summary>
    public void WritePfx(string subject, string? password = null)
    {
        using X509Certificate2 certificate = Create(subject);
        File.WriteAllBytes(PathOf("certificate.pfx"), certificate.Export(X509ContentType.Pfx, password));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static X509Certificate2 Create(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
