using System.Net.Security;
using System.Security.Cryptography;
using MediaServer.Server.Options;
using MediaServer.Server.Reloading;
using Microsoft.Extensions.Options;

namespace MediaServer.Server.Tls;

/// <summary>The certificate in force: that of the files as they were last when they made sense. Thread-safe.</summary>
internal sealed class ServerCertificate(IOptions<TlsOptions> options, ILogger<ServerCertificate> logger) : IReloadable
{
    private volatile SslStreamCertificateContext? _current;
    private (FileStamp Certificate, FileStamp Key) _stamps;

    /// <summary>What TLS ports show; <see langword="null"/> when none is set.</summary>
    public SslStreamCertificateContext? Current => _current;

    public void Open()
    {
        if (options.Value.Certificate is null)
        {
            return;
        }

        _stamps = TakeStamps();
        try
        {
            _current = CertificateFile.Load(options.Value);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or CryptographicException)
        {
            throw new IOException($"{options.Value.Certificate} (Tls:Certificate): {fault.Message}", fault);
        }
    }

    public void ReloadIfChanged()
    {
        (FileStamp Certificate, FileStamp Key) stamps = options.Value.Certificate is null ? _stamps : TakeStamps();
        if (stamps == _stamps)
        {
            return;
        }

        _stamps = stamps;
        try
        {
            SslStreamCertificateContext renewed = CertificateFile.Load(options.Value);
            _current = renewed; // the one before is not disposed: handshakes may still use it
            logger.CertificateRenewed(renewed.TargetCertificate.Subject, renewed.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            logger.CertificateNotRenewed(fault.Message);
        }
    }

    private (FileStamp Certificate, FileStamp Key) TakeStamps() =>
        (FileStamp.Of(options.Value.Certificate!), options.Value.Key is null ? default : FileStamp.Of(options.Value.Key));
}
