using System.Buffers;
using System.Globalization;
using System.Text;
using MediaServer.Hub;
using MediaServer.Server.Metrics;
using MediaServer.Server.Options;
using MediaServer.Server.Tests.Support;

namespace MediaServer.Server.Tests.Metrics;

public class StreamSeriesTests
{
    private readonly LiveHub _live = new();

    [Fact]
    public async Task Every_family_shows_the_stream_and_passes_the_linter_of_prometheus()
    {
        Publication publication = _live.Publish("shows/demo/loop");
        using Subscription subscription = LiveHub.Subscribe(publication);
        LagBehind(publication, subscription);

        string text = Write(NewSnapshots());

        var read = PrometheusText.Parse(text);
        Assert.Equal(StreamSeries.Families.Select(family => family.Name), read.Families.Keys);
        Assert.All(read.Families.Values.SelectMany(family => family.Samples), sample => Assert.Equal("shows/demo/loop", sample.Labels["stream"]));
        Assert.Null(await Promtool.CheckAsync(text));
    }

    [Fact]
    public void The_figures_are_those_of_the_stream()
    {
        Publication publication = _live.Publish("live/a");
        using Subscription quick = LiveHub.Subscribe(publication);
        using Subscription slow = LiveHub.Subscribe(publication, "http-flv");
        _live.SendGroups(publication, 1);
        Assert.Equal((3, 3), (_live.ReadAll(quick), _live.ReadAll(slow)));
        _live.SendGroups(publication, 4);
        _live.Time.Advance(TimeSpan.FromMilliseconds(30));
        Assert.Equal(12, _live.ReadAll(quick));
        quick.CountSends(2, 5_000);

        PrometheusText text = Read(NewSnapshots());

        Assert.Equal(10, text.Value("mediaserver_stream_frames_in_total", "stream=live/a", "kind=video"));
        Assert.Equal(500, text.Value("mediaserver_stream_media_in_bytes_total", "stream=live/a", "kind=audio"));
        Assert.Equal(12, text.Value("mediaserver_stream_frames_delivered_total", "stream=live/a", "kind=video"));
        Assert.Equal(1, text.Value("mediaserver_stream_subscribers", "stream=live/a", "kind=http-flv"));
        Assert.Equal(2, text.Families["mediaserver_stream_subscribers_in_state"].Samples.Sum(sample => sample.Value));
        Assert.Equal(12, text.Value("mediaserver_stream_lag_frames", "stream=live/a", "stat=max"));
        Assert.Equal(6, text.Value("mediaserver_stream_lag_frames", "stream=live/a", "stat=mean"));
        Assert.Equal(1200, text.Value("mediaserver_stream_lag_bytes", "stream=live/a", "stat=max"));
        Assert.Equal(12 / 16.0, text.Value("mediaserver_stream_fill_ratio", "stream=live/a", "stat=max"));
        Assert.Equal(2, text.Value("mediaserver_stream_send_calls_total", "stream=live/a"));
        Assert.Equal(5_000, text.Value("mediaserver_stream_sent_bytes_total", "stream=live/a"));
        Assert.Equal(12, text.HistogramValue("mediaserver_stream_latency_seconds", "_count", "stream=live/a"));
        Assert.Equal(0.36, text.HistogramValue("mediaserver_stream_latency_seconds", "_sum", "stream=live/a"), 6);
        Assert.DoesNotContain("mediaserver_stream_frames_dropped_total", text.Families.Keys);
    }

    [Fact]
    public void Drops_are_shown_by_reason_and_kind_and_add_up_to_those_of_the_totals()
    {
        Publication publication = _live.Publish("live/a");
        using Subscription subscription = LiveHub.Subscribe(publication);
        LagBehind(publication, subscription);

        HubSnapshots hub = NewSnapshots();
        PrometheusText text = Read(hub);

        double video = text.Value("mediaserver_stream_frames_dropped_total", "stream=live/a", "reason=overrun", "kind=video");
        Assert.True(video > 0);
        Assert.Equal(hub.Current.Traffic.Delivery.GetDropped(DropReason.Overrun).Video, video);
        Assert.Equal(
            hub.Current.Traffic.Delivery.Dropped.Total,
            text.Families["mediaserver_stream_frames_dropped_total"].Samples.Sum(sample => sample.Value));
    }

    [Fact]
    public void Beyond_the_limit_streams_are_in_the_totals_only_and_those_that_came_first_stay()
    {
        Publication first = _live.Publish("live/z");
        Publication second = _live.Publish("live/y");
        HubSnapshots hub = NewSnapshots(maxStreams: 2);
        Assert.Equal(["live/y", "live/z"], NamedIn(hub));

        using Publication third = _live.Publish("live/a");
        using Publication fourth = _live.Publish("live/b");
        _live.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["live/y", "live/z"], NamedIn(hub));
        Assert.Equal((4, 2), (hub.Current.Streams.Count, hub.Current.Named.Count));

        first.Dispose();
        _live.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["live/a", "live/y"], NamedIn(hub));
        second.Dispose();
        _live.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["live/a", "live/b"], NamedIn(hub));
    }

    [Fact]
    public void Without_places_no_stream_is_named()
    {
        using Publication publication = _live.Publish("live/a");

        Assert.Empty(Write(NewSnapshots(maxStreams: 0)));
    }

    [Fact]
    public void Three_hundred_short_streams_leave_no_series()
    {
        HubSnapshots hub = NewSnapshots();
        for (int i = 0; i < 300; i++)
        {
            using Publication publication = _live.Publish($"live/short-{i}");
            using Subscription subscription = LiveHub.Subscribe(publication);
            _live.SendGroups(publication, 1);
            _live.ReadAll(subscription);
            _live.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal([$"live/short-{i}"], NamedIn(hub));
        }

        _live.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(Write(hub));
        Assert.Equal(900, hub.Current.Traffic.Delivery.Delivered.Total);
    }

    [Fact]
    public void Five_hundred_streams_with_ten_subscribers_each_are_read_within_50_ms_and_2_megabytes()
    {
        for (int i = 0; i < 500; i++)
        {
            Publication publication = _live.Publish($"live/channel-{i}");
            Subscription[] subscriptions = [.. Enumerable.Range(0, 10).Select(_ => LiveHub.Subscribe(publication))];
            _live.SendGroups(publication, 3);
            Array.ForEach(subscriptions, subscription => _live.ReadAll(subscription));
            _live.SendGroups(publication, 1);
        }

        HubSnapshots hub = NewSnapshots();
        string text = "";
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 10; i++) // the first times the code is compiled
        {
            _live.Time.Advance(TimeSpan.FromSeconds(1));
            TimeSpan before = ReadThreadTime();
            text = Write(hub);
            TimeSpan took = ReadThreadTime() - before;
            best = took < best ? took : best;
        }

        Assert.True(best < TimeSpan.FromMilliseconds(50), $"It took {best.TotalMilliseconds} ms.");
        Assert.InRange(text.Length, 500_000, 2_000_000);
        Assert.Equal(5_000, hub.Current.Subscribers["rtmp"]);
    }

    // What this thread has had of a processor, whatever else runs beside it.
    private static TimeSpan ReadThreadTime() =>
        TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1_000);

    // So far that it is moved forward: past what it will never get.
    private void LagBehind(Publication publication, Subscription subscription)
    {
        _live.SendGroups(publication, 1);
        _live.ReadAll(subscription);
        _live.SendGroups(publication, 20);
        _live.ReadAll(subscription);
    }

    private static string[] NamedIn(HubSnapshots hub) =>
        [.. Read(hub).Families["mediaserver_stream_frames_in_total"].Samples.Select(sample => sample.Labels["stream"]).Distinct()];

    private static PrometheusText Read(HubSnapshots hub) => PrometheusText.Parse(Write(hub));

    private static string Write(HubSnapshots hub)
    {
        var text = new ArrayBufferWriter<byte>();
        StreamSeries.Write(new PrometheusWriter(text), hub.Current.Named);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private HubSnapshots NewSnapshots(int maxStreams = 200) =>
        new(_live.Hub, Microsoft.Extensions.Options.Options.Create(new MetricsOptions { MaxStreams = maxStreams }), _live.Time);
}
