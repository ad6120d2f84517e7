using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MediaServer.Hub;
using MediaServer.Ingest.Tests.Support;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Ingest.Tests;

public sealed class TlsTests
{
    private static readonly byte[] Audio = [0xAF, 1, .. Enumerable.Range(0, 20_000).Select(i => (byte)i)]; // of two TLS records

    [Fact]
    public async Task A_publisher_over_tls_publishes_what_it_sends()
    {
        await using IngestRig rig = await IngestRig.StartAsync(certificate: Certificate());
        using RtmpClient client = await rig.SecureAsync(await rig.ConnectTlsSocketAsync());
        await client.OpenAsync("show", RtmpClientRole.Publish);
        using Subscription reader = Assert.Single(rig.Hub.Topics).Subscribe(new SubscriptionOptions { Kind = "test" });
        await client.SendAsync(RtmpMessageType.Audio, 0, new byte[] { 0xAF, 0, 0x12, 0x10 });

        await client.SendAsync(RtmpMessageType.Audio, 0, Audio);

        (await ReadAsync(reader)).Release(); // the sequence header
        MediaFrame frame = await ReadAsync(reader);
        byte[] received = new byte[frame.LengthBytes];
        frame.CopyTo(received);
        Assert.Equal(Audio, received);
        frame.Release();
    }

    [Fact]
    public async Task Without_a_certificate_there_is_no_tls_port()
    {
        await using IngestRig rig = await IngestRig.StartAsync();

        Assert.Null(rig.Endpoint.TlsPort);
    }

    [Fact]
    public async Task Who_does_not_speak_tls_is_closed_and_its_place_is_free()
    {
        await using IngestRig rig = await IngestRig.StartAsync(options => options.MaxConnections = 1, Certificate());
        using Socket plain = await rig.ConnectTlsSocketAsync();
        await plain.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"));
        await IngestRig.UntilAsync(() => rig.Counters.Refused(RefusalReason.TlsHandshakeFailed) == 1 && rig.Counters.Connections == 0);

        using RtmpClient client = await rig.SecureAsync(await rig.ConnectTlsSocketAsync());

        Assert.Equal(0, rig.Counters.Refused(RefusalReason.TooManyConnections));
        Assert.Single(rig.Log.Lines, line => line.Contains("TLS handshake", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tls_handshake_that_does_not_end_is_given_up_in_time()
    {
        await using IngestRig rig = await IngestRig.StartAsync(certificate: Certificate());
        using Socket silent = await rig.ConnectTlsSocketAsync();
        await IngestRig.UntilAsync(() => rig.Time.ArmedTimers == 1);

        rig.Time.Advance(rig.Options.ConnectTimeout);

        await IngestRig.UntilAsync(() => rig.Counters.Connections == 0);
        Assert.Equal(1, rig.Counters.Refused(RefusalReason.TlsHandshakeFailed));
    }

    [Fact]
    public async Task The_time_that_tls_took_is_not_given_again()
    {
        await using IngestRig rig = await IngestRig.StartAsync(certificate: Certificate());
        Socket slow = await rig.ConnectTlsSocketAsync();
        await IngestRig.UntilAsync(() => rig.Time.ArmedTimers == 1);
        rig.Time.Advance(TimeSpan.FromSeconds(9));
        using RtmpClient client = await rig.SecureAsync(slow);
        await client.SendAsync(new byte[] { 3 });
        await IngestRig.UntilAsync(() => rig.Time.ArmedTimers == 1 && rig.Transport.ConnectionCount == 1);

        for (int second = 0; second < 5 && rig.Counters.Refused(RefusalReason.AskedForNothing) == 0; second++)
        {
            await rig.AdvanceAsync(TimeSpan.FromSeconds(1)); // far from another 10 s
        }

        await IngestRig.UntilAsync(() => rig.Counters.Refused(RefusalReason.AskedForNothing) == 1);
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_to_whoever_comes_next()
    {
        await using IngestRig rig = await IngestRig.StartAsync(certificate: Certificate());
        using RtmpClient before = await rig.SecureAsync(await rig.ConnectTlsSocketAsync());

        rig.Certificate = Certificate();

        using RtmpClient after = await rig.SecureAsync(await rig.ConnectTlsSocketAsync()); // which insists on the new one
    }

    [Fact]
    public async Task The_server_stops_with_a_tls_handshake_under_way()
    {
        IngestRig rig = await IngestRig.StartAsync(certificate: Certificate());
        using Socket silent = await rig.ConnectTlsSocketAsync();
        await IngestRig.UntilAsync(() => rig.Counters.Connections == 1);

        await rig.DisposeAsync();

        await IngestRig.UntilAsync(() => rig.Counters.Connections == 0);
    }

    private static SslStreamCertificateContext Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return SslStreamCertificateContext.Create(certificate, null, offline: true);
    }

    private static async Task<MediaFrame> ReadAsync(Subscription reader)
    {
        using var late = new CancellationTokenSource(IngestRig.Limit);
        return await reader.ReadAsync(late.Token);
    }
}
