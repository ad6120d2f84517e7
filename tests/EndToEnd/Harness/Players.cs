namespace MediaServer.EndToEnd.Harness;

/// <summary>Players that people have on their desks.</summary>
internal static class Players
{
    /// <summary>Plays 2 s with mpv, which writes what it plays and ends.</summary>
    public static ChildProcess Mpv(string url) => ChildProcess.Start(
        "mpv", ["--no-config", "--vo=null", "--ao=null", "--length=2", "--quiet", url], "sudo apt-get install mpv (./test.sh does it)");

    /// <summary>Plays 3 s with VLC into an MPEG-TS file.</summary>
    public static ChildProcess Vlc(string url, string file)
    {
        string[] play = ["cvlc", "-I", "dummy", "--no-interact", "--run-time=3", "--sout", $"#std{{access=file,mux=ts,dst={file}}}", url, "vlc://quit"];
        string[] asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]; // it refuses to run as root
        string[] command = Environment.UserName == "root" ? [.. asNobody, .. play] : play;
        return ChildProcess.Start(command[0], command[1..], "sudo apt-get install vlc-bin vlc-plugin-base (./test.sh does it)");
    }

    /// <summary>Plays a stream into an FLV file with rtmpdump, to its end.</summary>
    public static ChildProcess RtmpDump(string url, string file) =>
        ChildProcess.Start("rtmpdump", ["-q", "-r", url, "--live", "-o", file], "sudo apt-get install rtmpdump (./test.sh does it)");
}
