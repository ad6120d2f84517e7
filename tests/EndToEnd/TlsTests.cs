using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaServer.EndToEnd.Harness;

namespace MediaServer.EndToEnd;

/// <summary>RTMPS as ffmpeg speaks it, both ways.</summary>
public sealed class TlsTests(TlsTests.Running running) : IClassFixture<TlsTests.Running>
{
    [Fact]
    public async Task A_stream_that_ffmpeg_publishes_over_rtmps_is_decoded_over_rtmps_without_a_fault()
    {
        string url = $"rtmps://localhost:{running.TlsPort}/live/secured";
        await using ChildProcess publisher = Ffmpeg.PublishLoop(Sample.PathOf(Sample.BFrames), url);
        await running.Server.WaitForStreamAsync("secured");

        await using ChildProcess player = Ffmpeg.Decode(url, "-t", "3");

        await Ffmpeg.AssertContentAsync(player, running.Server.Tail);
    }

    public sealed class Running : ServerFixture
    {
        private readonly string _folder;

        public Running()
            : this(Directory.CreateTempSubdirectory("mediaserver-tls-").FullName, FreePorts.Take())
        {
        }

        private Running(string folder, int tlsPort)
            : base(
                "tls",
                $"--Ingest:TlsPort={tlsPort}",
                $"--Tls:Certificate={Path.Combine(folder, "certificate.pem")}",
                $"--Tls:Key={Path.Combine(folder, "key.pem")}")
        {
            _folder = folder;
            TlsPort = tlsPort;
            using var key = RSA.Create(2048);
            using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            File.WriteAllText(Path.Combine(_folder, "certificate.pem"), certificate.ExportCertificatePem());
            File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        }

        public int TlsPort { get; }
    }
}
