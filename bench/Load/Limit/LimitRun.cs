using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using MediaServer.Media;
using MediaServer.Transport;

namespace MediaServer.Load;

/// <summary>
/// The yardstick: one thread that sends the clip's frames, at their times, to so many sockets, one <c>sendmsg</c> of bytes that lie ready for
/// each frame and socket. No protocol, no receiving, no choice of what to send: no server that makes a call for each frame can be cheaper.
/// Another process takes the bytes (<see cref="SinkRun"/>).
/// </summary>
internal sealed class LimitRun(LimitOptions options)
{
    private const int ChunkHeaderBytes = 12;
    private const int BufferBytes = 4 * 1024 * 1024;
    private const long LongestSleep = 2 * Clock.Millisecond;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(BufferBytes, pinned: true);
    private readonly List<Outlet> _outlets = [];
    private readonly Schedule _schedule = Schedule.Make(options.Clients, options.ClientsPerSecond, options.Warm + SinkRun.StartUp, options.Window);
    private long _sent;
    private long _calls;
    private long _skipped;

    /// <summary>Runs to the end.</summary>
    /// <returns>What was measured; null when it was stopped before.</returns>
    public LimitResult? Run(Progress progress, CancellationToken stopping)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4096);
        using Process sink = StartSink(((IPEndPoint)listener.LocalEndPoint!).Port);
        Environment.ProcessCpuUsage before = default;
        (long sent, long calls, long skipped) = (0, 0, 0);
        double machine = 0;
        bool isSteady = false;
        var pace = new Pace(options.Clip, options.Merge);
        while (Clock.Now is var now && now < _schedule.End && !stopping.IsCancellationRequested)
        {
            if (!isSteady && now >= _schedule.Steady)
            {
                isSteady = true;
                (before, sent, calls, skipped) = (Environment.CpuUsage, _sent, _calls, _skipped);
                machine = ProcessReading.OfMachine();
            }

            Accept(listener);
            while (pace.TryTake(Clock.Now, out int payloadBytes, out int frames))
            {
                SendToAll(Math.Min(payloadBytes + (frames * ChunkHeaderBytes), BufferBytes));
            }

            progress.Show(() => FormattableString.Invariant($"{_outlets.Count} of {options.Clients} sockets, {_sent / 1e6:N0} MB so far"));
            Sleep(Math.Min(pace.NextDue, _schedule.End));
        }

        Environment.ProcessCpuUsage after = Environment.CpuUsage;
        machine = ProcessReading.OfMachine() - machine;
        (sent, calls, skipped) = (_sent - sent, _calls - calls, _skipped - skipped);
        progress.Clear();
        _outlets.ForEach(outlet => outlet.Socket.Dispose());
        string answer = sink.StandardOutput.ReadToEnd();
        sink.WaitForExit();
        return stopping.IsCancellationRequested || !isSteady ? null : Summarize(before, after, machine, sent, calls, skipped, answer);
    }

    private static void Sleep(long until)
    {
        long left = Math.Min(until - Clock.Now, LongestSleep);
        if (left > 0)
        {
            Thread.Sleep((int)((left + Clock.Millisecond - 1) / Clock.Millisecond));
        }
    }

    private Process StartSink(int port)
    {
        FormattableString arguments =
            $"sink --port {port} --clients {options.Clients} --start {_schedule.Start + SinkRun.StartUp.ToNanoseconds()} --interval {_schedule.Interval} --steady {_schedule.Steady} --end {_schedule.End}";
        return OwnProcess.Start(arguments.ToString(CultureInfo.InvariantCulture).Split(' '));
    }

    private void Accept(Socket listener)
    {
        while (_outlets.Count < options.Clients && listener.Poll(0, SelectMode.SelectRead))
        {
            Socket socket = listener.Accept();
            socket.Blocking = false;
            socket.NoDelay = !options.Nagle;
            _outlets.Add(new Outlet(socket));
        }
    }

    private void SendToAll(int lengthBytes)
    {
        foreach (ref Outlet outlet in CollectionsMarshal.AsSpan(_outlets))
        {
            if (outlet.Left > 0)
            {
                outlet.Left -= Send(outlet, outlet.Left);
            }

            if (outlet.Left > 0)
            {
                _skipped++;
            }
            else
            {
                outlet.Left = lengthBytes - Send(outlet, lengthBytes);
            }
        }
    }

    private int Send(in Outlet outlet, int lengthBytes)
    {
        _calls++;
        int sent = SystemCalls.Send(outlet.Descriptor, [new IoVector(Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0), lengthBytes)]);
        _sent += Math.Max(sent, 0);
        return Math.Max(sent, 0);
    }

    private LimitResult Summarize(
        Environment.ProcessCpuUsage before, Environment.ProcessCpuUsage after, double machine, long sent, long calls, long skipped, string answer)
    {
        SinkResult sink = JsonSerializer.Deserialize<SinkResult>(answer)
            ?? throw new UsageException($"the process that takes the bytes said: {answer}");
        double seconds = _schedule.WindowSeconds;
        double user = (after.UserTime - before.UserTime).TotalSeconds;
        double system = (after.PrivilegedTime - before.PrivilegedTime).TotalSeconds;
        double memory = Math.Round(Environment.WorkingSet / (1024.0 * 1024), 1);
        return new LimitResult
        {
            Mode = "limit",
            WindowSeconds = seconds,
            WindowBytes = sink.Bytes,
            Clients = sink.Connected,
            Cpu = new Consumption(
                seconds,
                new Usage(user, system, Math.Round((user + system) / seconds, 3), memory, memory, memory, memory, 1),
                sink.CpuSeconds,
                Math.Max(0, machine - user - system - sink.CpuSeconds)),
            SendCalls = calls,
            Skipped = skipped,
            DeliveredRatio = Math.Round(sent / (options.Clip.BitsPerSecond / 8 * seconds * Math.Max(1, sink.Connected)), 4),
        };
    }

    private struct Outlet(Socket socket)
    {
        public Socket Socket { get; } = socket;

        public int Descriptor { get; } = (int)socket.SafeHandle.DangerousGetHandle();

        /// <summary>Bytes of the last send that did not fit.</summary>
        public int Left { get; set; }
    }
}
