using System.Net.Security;

namespace MediaServer.Ingest;

/// <summary>The seam through which TLS gets its certificate: asked once for each connection, so that a renewed one counts at once.</summary>
/// <returns>The certificate and its chain; <see langword="null"/> when none is set, and TLS not offered.</returns>
public delegate SslStreamCertificateContext? CertificateInForce();
