using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace MediaServer.Hls.Tests;

/// <summary>Real ffmpeg and ffprobe, found on the PATH.</summary>
internal static class Ffmpeg
{
    /// <summary>Decodes a file, every error fatal.</summary>
    public static async Task DecodeAsync(string file)
    {
        (int exit, _, string errors) = await RunAsync("ffmpeg", "-v", "error", "-xerror", "-err_detect", "explode", "-i", file, "-f", "null", "-");
        Assert.True(exit == 0 && errors.Length == 0, $"{Path.GetFileName(file)} does not decode: {errors}");
    }

    /// <summary>Time stamps of all packets of a file: presentation, decoding, duration in seconds.</summary>
    public static async Task<IReadOnlyList<(double Pts, double Dts, double Duration)>> ProbePacketsAsync(string file)
    {
        (int exit, string output, string errors) = await RunAsync(
            "ffprobe", "-v", "error", "-show_entries", "packet=pts_time,dts_time,duration_time", "-of", "csv=p=0", file);
        Assert.True(exit == 0, errors);
        return
        [
            .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(',').Take(3).Select(field => field == "N/A" ? 0 : double.Parse(field, CultureInfo.InvariantCulture)).ToArray())
                .Select(fields => (fields[0], fields[1], fields[2])),
        ];
    }

    public static async Task<string> ProbeAsync(string file, string entries)
    {
        (int exit, string output, string errors) = await RunAsync("ffprobe", "-v", "error", "-show_entries", entries, "-of", "csv=p=0", file);
        Assert.True(exit == 0, errors);
        return output.Trim();
    }

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, await output, await errors);
        }
        catch (Win32Exception)
        {
            Assert.Fail($"{program} is not on the PATH: install it (apt-get install ffmpeg), or run ./test.sh, which does.");
            throw;
        }
    }
}
