using System.Net;

namespace MediaServer.Load;

/// <summary>What the receiving half of <c>limit</c> tells the sending one.</summary>
/// <param name="Connected">Sockets.</param>
/// <param name="Bytes">Bytes dropped while it counted.</param>
/// <param name="CpuSeconds">CPU that it took.</param>
internal sealed record SinkResult(int Connected, long Bytes, double CpuSeconds);

/// <summary>The receiving half of <c>limit</c>: connects, and drops what comes just as the crowd of <c>play --discard</c> does.</summary>
internal sealed class SinkRun
{
    /// <summary>How long its process may take to start.</summary>
    public static readonly TimeSpan StartUp = TimeSpan.FromSeconds(1);

    private readonly Schedule _schedule;
    private readonly SinkClient[] _clients;
    private readonly IPEndPoint _address;

    /// <exception cref="UsageException">The arguments are not right.</exception>
    public SinkRun(ArgumentList arguments)
    {
        _address = new IPEndPoint(IPAddress.Loopback, arguments.Count("port", 0, 1, 65_535));
        int clients = arguments.Count("clients", 1, 1, Limits.Clients);
        _schedule = new Schedule(Time("start"), Time("interval"), Time("steady"), Time("end"));
        _clients = [.. Enumerable.Range(0, clients).Select(i => new SinkClient(_schedule.Start + (i * _schedule.Interval)))];
        arguments.RejectOthers();

        long Time(string name) => long.Parse(arguments.RequiredText(name), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Runs to the end.</summary>
    public SinkResult Run(CancellationToken stopping)
    {
        var loop = new SinkLoop(_clients, _address, _schedule);
        loop.Run(stopping);
        return new SinkResult(_clients.Count(client => client.HasLived), _clients.Sum(client => client.MeasuredBytes), loop.CpuSeconds);
    }

    private sealed class SinkClient(long dueAt) : LoadClient(dueAt)
    {
        private long _bytes;
        private long _bytesBefore;

        public long MeasuredBytes => _bytes - _bytesBefore;

        public void Begin() => _bytesBefore = _bytes;

        public void Drop(int bytes) => _bytes += bytes;

        public override void Receive(ReadOnlySpan<byte> bytes) => Drop(bytes.Length);

        protected override void OnConnected() => GoLive();
    }

    private sealed class SinkLoop(SinkClient[] clients, IPEndPoint address, Schedule schedule) : ClientLoop(clients, address, schedule)
    {
        private const long SweepPeriod = 20 * Clock.Millisecond;

        private readonly HashSet<SinkClient> _live = [];
        private long _nextSweep;
        private TimeSpan _cpuBefore;

        public double CpuSeconds { get; private set; }

        protected override long Work(long now)
        {
            if (now >= _nextSweep)
            {
                Sweep();
                _nextSweep = now + SweepPeriod;
            }

            return _nextSweep;
        }

        protected override void OnSteady()
        {
            Sweep();
            Array.ForEach(clients, client => client.Begin());
            _cpuBefore = Environment.CpuUsage.TotalTime;
        }

        protected override void OnEnd()
        {
            Sweep();
            CpuSeconds = (Environment.CpuUsage.TotalTime - _cpuBefore).TotalSeconds;
        }

        protected override void OnHandled(LoadClient client)
        {
            if (client is SinkClient { State: ClientState.Live } sink && _live.Add(sink))
            {
                Poller.Forget(sink.Socket.Descriptor);
            }
        }

        private void Sweep()
        {
            foreach (SinkClient client in _live)
            {
                if (client.State == ClientState.Live && client.Socket.Discard(Buffer) is { Bytes: > 0 } result)
                {
                    client.Drop(result.Bytes);
                }
            }
        }
    }
}
