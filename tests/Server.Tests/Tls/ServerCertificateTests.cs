using MediaServer.Server.Options;
using MediaServer.Server.Tests.Startup;
using MediaServer.Server.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Server.Tests.Tls;

public sealed class ServerCertificateTests : IDisposable
{
    private readonly CertificateFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("secret")]
    public void A_pair_of_pem_files_is_read(string? password)
    {
        _files.WritePem("first", password);

        ServerCertificate certificate = Open("certificate.pem", "key.pem", password);

        Assert.Equal("CN=first", certificate.Current?.TargetCertificate.Subject);
        Assert.True(certificate.Current?.TargetCertificate.HasPrivateKey);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("secret")]
    public void A_pfx_file_is_read(string? password)
    {
        _files.WritePfx("first", password);

        Assert.Equal("CN=first", Open("certificate.pfx", null, password).Current?.TargetCertificate.Subject);
    }

    [Fact]
    public void A_pem_file_may_hold_key_and_chain_too()
    {
        _files.WritePem("issuer");
        string chain = File.ReadAllText(_files.PathOf("certificate.pem"));
        _files.WritePem("first");
        File.AppendAllText(_files.PathOf("certificate.pem"), $"\n{File.ReadAllText(_files.PathOf("key.pem"))}\n{chain}");

        Assert.Equal("CN=first", Open("certificate.pem", null, null).Current?.TargetCertificate.Subject);
    }

    [Fact]
    public void Without_an_option_there_is_none()
    {
        var certificate = new ServerCertificate(Microsoft.Extensions.Options.Options.Create(new TlsOptions()), NullLogger<ServerCertificate>.Instance);
        certificate.Open();
        certificate.ReloadIfChanged();

        Assert.Null(certificate.Current);
    }

    [Fact]
    public void A_renewed_file_counts_and_a_broken_one_leaves_what_was()
    {
        _files.WritePem("first");
        ServerCertificate certificate = Open("certificate.pem", "key.pem", null);

        _files.WritePem("renewed-certificate");
        certificate.ReloadIfChanged();
        Assert.Equal("CN=renewed-certificate", certificate.Current?.TargetCertificate.Subject);

        File.WriteAllText(_files.PathOf("key.pem"), "-----BEGIN NOTHING-----");
        certificate.ReloadIfChanged();
        Assert.Equal("CN=renewed-certificate", certificate.Current?.TargetCertificate.Subject);

        _files.WritePem("third");
        certificate.ReloadIfChanged();
        Assert.Equal("CN=third", certificate.Current?.TargetCertificate.Subject);
    }

    [Fact]
    public async Task A_server_with_a_certificate_that_cannot_be_read_names_it_in_one_line()
    {
        File.WriteAllText(_files.PathOf("certificate.pem"), "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----");

        ServerExit exit = await ServerProcess.RunAsync($"--Tls:Certificate={_files.PathOf("certificate.pem")}");

        Assert.Equal(1, exit.Code);
        string line = Assert.Single(exit.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Tls:Certificate", line, StringComparison.Ordinal);
    }

    private ServerCertificate Open(string file, string? key, string? password)
    {
        var options = new TlsOptions
        {
            Certificate = _files.PathOf(file),
            Key = key is null ? null : _files.PathOf(key),
            Password = password,
        };
        var certificate = new ServerCertificate(Microsoft.Extensions.Options.Options.Create(options), NullLogger<ServerCertificate>.Instance);
        certificate.Open();
        return certificate;
    }
}
