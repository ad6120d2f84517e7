using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MediaServer.EndToEnd.Harness;

/// <summary>A process that this test started, with what it writes. Ended at the latest when it is disposed.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];

    private ChildProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Exited = WaitForExitAsync();
    }

    public int Id => _process.Id;

    /// <summary>The lines written to the standard output so far.</summary>
    public IReadOnlyList<string> Output => Snapshot(_output);

    /// <summary>The lines written to the standard error so far.</summary>
    public IReadOnlyList<string> Errors => Snapshot(_errors);

    /// <summary>The exit code, once it has ended and all that it wrote is read.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a program. A missing one fails the test with the words of <paramref name="howToInstall"/>.</summary>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string howToInstall)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new ChildProcess(Process.Start(start)!);
        }
        catch (Win32Exception)
        {
            Assert.Fail($"{program} is missing: {howToInstall}");
            throw;
        }
    }

    /// <summary>Writes a line to its standard input.</summary>
    public void WriteLine(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>Asks it to end (SIGTERM).</summary>
    public void RequestEnd() => _ = SendSignal(_process.Id, Terminate);

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        if (!Exited.IsCompleted)
        {
            _process.Kill();
        }
    }

    /// <summary>Waits for its end, and fails with what it wrote when that does not come.</summary>
    public Task<int> WaitForExitAsync(TimeSpan limit) =>
        Exited.Within(limit, () => $"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} still runs. {Tail()}");

    /// <summary>The end of what it wrote.</summary>
    public string Tail(int lines = 40) => string.Join('\n', Output.TakeLast(lines).Concat(Errors.TakeLast(lines)).Prepend("It wrote:"));

    public async ValueTask DisposeAsync()
    {
        Kill();
        await Exited;
        _process.Dispose();
    }

    private async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    private void Add(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (_lock)
            {
                lines.Add(line);
            }
        }
    }

    private string[] Snapshot(List<string> lines)
    {
        lock (_lock)
        {
            return [.. lines];
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
