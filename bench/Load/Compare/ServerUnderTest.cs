using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MediaServer.Load;

/// <summary>A server that was started for one run.</summary>
internal sealed partial class ServerUnderTest : IDisposable
{
    private const int Terminate = 15; // SIGTERM
    private const int NginxPort = 21935; // bench/nginx.conf
    private const string NginxModule = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private ServerUnderTest(Process process, int rtmpPort, int httpPort)
    {
        _process = process;
        RtmpPort = rtmpPort;
        HttpPort = httpPort;
    }

    public int Id => _process.Id;

    public int RtmpPort { get; }

    public int HttpPort { get; }

    /// <summary>From its start until it answered.</summary>
    public double StartUpMs { get; private set; }

    /// <summary>Starts ours.</summary>
    /// <param name="workspace">Where its log and its data go.</param>
    /// <param name="folder">Where it was published to.</param>
    /// <param name="arguments">Options.</param>
    /// <exception cref="UsageException">It does not start.</exception>
    public static ServerUnderTest StartOurs(Workspace workspace, string folder, IEnumerable<string> arguments)
    {
        (int rtmp, int http) = (FindPort(), FindPort());
        return Start(
            Path.Combine(folder, "mediaserver"),
            [$"--Ingest:Port={rtmp}", $"--Http:Port={http}", $"--Server:DataFolder={workspace.At("data")}", "--Demo:Enabled=false", .. arguments],
            workspace.At("server.log"),
            rtmp,
            http);
    }

    /// <summary>Starts nginx.</summary>
    /// <exception cref="UsageException">It, or its RTMP module, is missing, or does not start.</exception>
    public static ServerUnderTest StartNginx(Workspace workspace)
    {
        if (!File.Exists(NginxModule))
        {
            throw new UsageException($"{NginxModule} is missing. On Debian: apt-get install --no-install-recommends nginx libnginx-mod-rtmp");
        }

        Directory.CreateDirectory(workspace.At("nginx"));
        string configuration = Path.Combine(workspace.Repository, "bench", "nginx.conf");
        return Start("/usr/sbin/nginx", ["-p", workspace.At("nginx"), "-e", "error.log", "-c", configuration], workspace.At("nginx.log"), NginxPort, 0);
    }

    /// <summary>Stops it in order, or for good when it does not.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Terminate);
            if (!_process.WaitForExit(StopLimit))
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private static ServerUnderTest Start(string program, IEnumerable<string> arguments, string log, int rtmpPort, int httpPort)
    {
        if (CanConnect(rtmpPort))
        {
            throw new UsageException($"Port {rtmpPort} is in use.");
        }

        // Through a shell, so that nobody has to read its output while it runs.
        long begun = Clock.Now;
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$LOG\" 2>&1", program, .. arguments]);
        start.Environment["LOG"] = log;
        var server = new ServerUnderTest(Process.Start(start)!, rtmpPort, httpPort);
        while (!CanConnect(rtmpPort) || (httpPort > 0 && !IsReady(httpPort)))
        {
            if (server._process.HasExited || Clock.Now - begun > StartLimit.ToNanoseconds())
            {
                server.Dispose();
                throw new UsageException($"{program} does not start; {log} may say why.");
            }

            Thread.Sleep(2);
        }

        server.StartUpMs = Math.Round((Clock.Now - begun) / (double)Clock.Millisecond);
        return server;
    }

    private static int FindPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static bool CanConnect(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsReady(int port)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(1) };
        try
        {
            using HttpResponseMessage answer = client.Send(new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
