using System.Globalization;
using MediaServer.Hub;
using MediaServer.Ingest;
using MediaServer.Media;
using MediaServer.Server.Access;
using MediaServer.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaServer.Server.Tests.Access;

/// <summary>A data folder with keys, the command that changes them, and the server's view of them.</summary>
internal sealed class KeysInFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mediaserver-keys-").FullName;
    private readonly KeyAuthorizer _authorizer;

    public KeysInFolder()
    {
        File = new AccessKeyFile(_folder);
        Keys = new AccessKeys(File, Time, NullLogger<AccessKeys>.Instance);
        var failures = new FailureLimit(Time);
        _authorizer = new KeyAuthorizer(Keys, failures, Microsoft.Extensions.Options.Options.Create(Ingest));
        Login = new AdobeLogin(Keys, failures, Time);
    }

    public AccessKeyFile File { get; }

    public AccessKeys Keys { get; }

    public AdobeLogin Login { get; }

    public IngestOptions Ingest { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    /// <summary>What the last command said.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Runs <c>mediaserver keys …</c>.</summary>
    /// <returns>What was wrong.</returns>
    public string? Run(params string[] words)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        string? fault = new KeysCommand(File, Time, output).Run(words);
        Output = output.ToString();
        return fault;
    }

    /// <summary>Adds a key and puts it in force.</summary>
    public void Add(params string[] words)
    {
        Assert.Null(Run(["add", .. words]));
        Keys.ReloadIfChanged();
    }

    public AccessDecision Decide(AccessAction action, string stream, string? key, string address = "192.0.2.7", string? loginId = null)
    {
        Assert.True(StreamKey.TryParse(stream, out StreamKey name, out _));
        Task<AccessDecision> decision = _authorizer.AuthorizeAsync(
            new AccessRequest { Action = action, Stream = name, Address = System.Net.IPAddress.Parse(address), Key = key, LoginId = loginId },
            CancellationToken.None).AsTask();
        Assert.True(decision.IsCompleted);
        return decision.Result;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
