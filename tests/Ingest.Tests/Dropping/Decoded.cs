using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace MediaServer.Ingest.Tests.Dropping;

/// <summary>What real ffmpeg made of a recording.</summary>
internal sealed class Decoded
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Dictionary<(int Run, long Pts), string> _pictures = [];
    private readonly IReadOnlyList<int> _runs;

    private Decoded(IReadOnlyList<int> runs) => _runs = runs;

    /// <summary>A hash of each picture shown, by run and presentation time.</summary>
    public IReadOnlyDictionary<(int Run, long Pts), string> Pictures => _pictures;

    /// <summary>Audio frames decoded.</summary>
    public int Sounds { get; private set; }

    /// <summary>Everything that ffmpeg complained about; empty if it was content.</summary>
    public string Complaint { get; private set; } = "";

    /// <summary>Decodes a recording.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="isStrict">Whether the first fault is the end of it.</param>
    public static async Task<Decoded> FromAsync(Recording recording, bool isStrict = true)
    {
        string folder = Directory.CreateTempSubdirectory("dropping-").FullName;
        try
        {
            IReadOnlyList<string[]> inputs = recording.Write(folder);
            var decoded = new Decoded(recording.RunOfInput);
            if (inputs.Count == 0)
            {
                return decoded;
            }

            await decoded.RunAsync(
            [
                "-nostdin", "-hide_banner", "-v", "error", "-copyts", .. isStrict ? (string[])["-xerror"] : [],
                .. inputs.SelectMany(input => (string[])[.. isStrict ? (string[])["-err_detect", "explode"] : [], "-flags", "+output_corrupt", "-threads", "1", .. input]),
                .. inputs.SelectMany((_, i) => (string[])["-map", $"{i}"]),
                "-vsync", "passthrough", "-enc_time_base:v", "1:1000", "-f", "framehash", "-hash", "murmur3", "-",
            ]);
            return decoded;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                Read(line);
            }

            await process.WaitForExitAsync(limit.Token);
            Complaint += await errors + (process.ExitCode == 0 ? "" : $"ffmpeg ended with {process.ExitCode}.");
        }
        catch (Win32Exception)
        {
            Assert.Fail("ffmpeg is not on the PATH: install it (apt-get install ffmpeg), or run ./test.sh, which does.");
        }
    }

    /// <summary>Reads a line such as <c>0,  4000,  4080,  40,  9216, 5f0e…</c>: input, decoding time, presentation time, duration, size, hash.</summary>
    private void Read(string line)
    {
        if (line.StartsWith('#'))
        {
            return;
        }

        string[] fields = line.Split(',', StringSplitOptions.TrimEntries);
        int input = int.Parse(fields[0], CultureInfo.InvariantCulture);
        if (input == _runs.Count)
        {
            Sounds++;
        }
        else if (!_pictures.TryAdd((_runs[input], long.Parse(fields[2], CultureInfo.InvariantCulture)), fields[5]))
        {
            Complaint += $"Run {_runs[input]}: two pictures are shown at {fields[2]} ms.\n";
        }
    }
}
