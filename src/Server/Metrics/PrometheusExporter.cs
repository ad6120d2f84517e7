using System.Collections.Frozen;
using System.Diagnostics.Metrics;

namespace MediaServer.Server.Metrics;

/// <summary>
/// Reads the instruments of the process when somebody asks (<c>/metrics</c>) and writes them in the Prometheus text format 0.0.4. Nothing is
/// kept between two readings but the sums of plain counters.
/// </summary>
/// <remarks>
/// Libraries know only <see cref="System.Diagnostics.Metrics"/>; this is the one place that reads it (docs/adr/0001). A meter cannot observe
/// a histogram that somebody keeps anyway: those are written by <see cref="HubMetrics"/>, and instruments that are histograms are left out.
/// Series are as many as the instruments' labels have values: none is named after a stream or a client; see <see cref="StreamSeries"/>.
/// </remarks>
internal sealed class PrometheusExporter : IDisposable
{
    // Of the runtime's own meter, what an operator looks at.
    private static readonly FrozenSet<string> RuntimeInstruments = FrozenSet.Create(
        "dotnet.process.cpu.time",
        "dotnet.process.memory.working_set",
        "dotnet.gc.collections",
        "dotnet.gc.pause.time",
        "dotnet.gc.heap.total_allocated",
        "dotnet.gc.last_collection.heap.size",
        "dotnet.monitor.lock_contentions",
        "dotnet.exceptions");

    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    public PrometheusExporter()
    {
        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<long>((_, value, labels, family) => Record(family, value, labels));
        _listener.SetMeasurementEventCallback<int>((_, value, labels, family) => Record(family, value, labels));
        _listener.SetMeasurementEventCallback<double>((_, value, labels, family) => Record(family, value, labels));
        _listener.Start();
    }

    /// <summary>Reads all instruments and writes them. One reading at a time.</summary>
    public void WriteTo(PrometheusWriter output)
    {
        lock (_lock)
        {
            foreach (MetricFamily family in _families.Values)
            {
                family.BeginReading();
            }

            _listener.RecordObservableInstruments();
            foreach (MetricFamily family in _families.Values)
            {
                family.WriteTo(output);
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private static bool IsHistogram(Instrument instrument) =>
        instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Histogram<>);

    private void Publish(Instrument instrument, MeterListener listener)
    {
        bool isWanted = instrument.Meter.Name == ServerMetrics.MeterName || RuntimeInstruments.Contains(instrument.Name);
        if (!isWanted || IsHistogram(instrument))
        {
            return;
        }

        var created = new MetricFamily(instrument);
        lock (_lock)
        {
            if (!_families.TryGetValue(created.Name, out MetricFamily? family))
            {
                _families.Add(created.Name, family = created);
            }

            listener.EnableMeasurementEvents(instrument, family);
        }
    }

    private void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        lock (_lock) // entered again by the reading itself; plain counters come from anywhere
        {
            ((MetricFamily)family!).Record(value, labels);
        }
    }
}
