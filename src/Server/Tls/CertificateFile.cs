using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MediaServer.Server.Options;

namespace MediaServer.Server.Tls;

/// <summary>Reads a certificate with its key and its chain, from PEM or PFX.</summary>
internal static class CertificateFile
{
    /// <summary>Reads the files that the options name.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="CryptographicException">They are no certificate and key, or do not belong together.</exception>
    public static SslStreamCertificateContext Load(TlsOptions options)
    {
        byte[] content = File.ReadAllBytes(options.Certificate!);
        X509Certificate2Collection chain = [];
        X509Certificate2 leaf;
        if (content.AsSpan().IndexOf("-----BEGIN "u8) >= 0)
        {
            string pem = Encoding.UTF8.GetString(content);
            string key = options.Key is null ? pem : File.ReadAllText(options.Key);
            leaf = string.IsNullOrEmpty(options.Password)
                ? X509Certificate2.CreateFromPem(pem, key)
                : X509Certificate2.CreateFromEncryptedPem(pem, key, options.Password);
            chain.ImportFromPem(pem);
        }
        else
        {
            chain = X509CertificateLoader.LoadPkcs12Collection(content, options.Password);
            leaf = chain.FirstOrDefault(certificate => certificate.HasPrivateKey)
                ?? throw new CryptographicException($"{options.Certificate} holds no private key.");
        }

        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }
}
