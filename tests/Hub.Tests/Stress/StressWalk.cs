using System.Diagnostics;
using MediaServer.Media;

namespace MediaServer.Hub.Tests.Stress;

/// <summary>A shard's walk, on a thread of its own: is signalled, takes what is new once, and visits all its players with it.</summary>
internal sealed class StressWalk(StreamTopic topic, Random random, StressTally tally) : ITopicSignal, IDisposable
{
    private const int Players = 12;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly AutoResetEvent _isNews = new(initialState: false);
    private readonly FrameRun _run = new(FrameEnvelope.Rtmp);

    public void FramesAvailable() => _isNews.Set();

    public void Run()
    {
        topic.AddSignal(this);
        StressPlayer[] players = [.. Enumerable.Range(0, Players).Select(_ => new StressPlayer(topic, random, tally))];
        long end = topic.Head;
        long endedAt = 0;
        while (!players.All(player => player.IsDone))
        {
            _ = _isNews.WaitOne(Look);
            topic.Fill(_run, Math.Max(end, topic.Tail));
            foreach (StressPlayer player in players)
            {
                player.Visit(_run);
            }

            end = _run.Count > 0 ? _run.Frames[^1].Offset + 1 : players.Max(player => player.Subscription.Cursor);
            _run.Clear();
            endedAt = topic.IsEnded && endedAt == 0 ? Stopwatch.GetTimestamp() : endedAt;
            Assert.True(endedAt == 0 || Stopwatch.GetElapsedTime(endedAt) < Patience, "players have not come to the end of the stream");
        }

        topic.RemoveSignal(this);
        foreach (StressPlayer player in players)
        {
            player.Leave();
        }
    }

    public void Dispose() => _isNews.Dispose();
}
