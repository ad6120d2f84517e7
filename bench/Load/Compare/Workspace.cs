using System.Diagnostics;

namespace MediaServer.Load;

/// <summary>Where the comparison keeps what it needs and makes: <c>artifacts/bench</c> of the repository.</summary>
internal sealed class Workspace
{
    /// <exception cref="UsageException">The program does not run from the repository.</exception>
    public Workspace()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MediaServer.sln")))
        {
            folder = folder.Parent;
        }

        Repository = folder?.FullName ?? throw new UsageException("compare publishes the server, and so has to run from the repository.");
        Folder = Path.Combine(Repository, "artifacts", "bench");
        Directory.CreateDirectory(Folder);
    }

    /// <summary>The folder of <c>MediaServer.sln</c>.</summary>
    public string Repository { get; }

    /// <summary>The folder of all that is made.</summary>
    public string Folder { get; }

    /// <summary>The stream that players watch: 1280x720, 30 fps, a key frame every 2 s, AAC; 2.5 Mbit/s.</summary>
    public string Watched => At("watched.flv");

    /// <summary>The stream of each of many publishers: 640x360, 1 Mbit/s.</summary>
    public string Published => At("published.flv");

    /// <summary>A path of a file in the folder.</summary>
    public string At(string name) => Path.Combine(Folder, name);

    /// <summary>Makes the streams, where they are not there.</summary>
    /// <exception cref="UsageException">ffmpeg is missing, or failed.</exception>
    public void MakeClips()
    {
        MakeClip(Watched, "1280x720", videoKilobits: 2370, audioKilobits: 128, seconds: 20);
        MakeClip(Published, "640x360", videoKilobits: 880, audioKilobits: 96, seconds: 10);
    }

    /// <summary>Publishes the server as operations.md says.</summary>
    /// <returns>Its folder.</returns>
    /// <exception cref="UsageException">It does not build.</exception>
    public string PublishServer()
    {
        string folder = At("server");
        Run("dotnet", "the .NET SDK", ["publish", "-c", "Release", Path.Combine(Repository, "src", "Server"), "-o", folder, "--verbosity", "quiet"]);
        return folder;
    }

    /// <summary>Runs a tool to its end.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="UsageException">It is missing, or failed.</exception>
    public string Run(string tool, string package, IEnumerable<string> arguments)
    {
        try
        {
            var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, WorkingDirectory = Repository };
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : throw new UsageException($"{tool} failed with exit code {process.ExitCode}.\n{output}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new UsageException($"{tool} is missing. On Debian: apt-get install --no-install-recommends {package}");
        }
    }

    private void MakeClip(string file, string size, int videoKilobits, int audioKilobits, int seconds)
    {
        if (File.Exists(file))
        {
            return;
        }

        string unfinished = file + ".part";
        Run("ffmpeg", "ffmpeg",
        [
            "-hide_banner", "-loglevel", "error", "-y",
            "-f", "lavfi", "-i", $"testsrc2=size={size}:rate=30,noise=alls=12:allf=t",
            "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100",
            "-t", $"{seconds}", "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-bf", "0",
            "-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-pix_fmt", "yuv420p",
            "-b:v", $"{videoKilobits}k", "-maxrate", $"{videoKilobits}k", "-bufsize", $"{videoKilobits}k",
            "-c:a", "aac", "-b:a", $"{audioKilobits}k", "-ac", "2", "-ar", "44100", "-f", "flv", unfinished,
        ]);
        File.Move(unfinished, file);
    }
}
