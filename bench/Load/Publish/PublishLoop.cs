namespace MediaServer.Load;

/// <summary>Runs publishers, each at its own pace.</summary>
internal sealed class PublishLoop(IReadOnlyList<Publisher> publishers, PublishOptions options, PublishMeter meter, Schedule schedule)
    : ClientLoop(publishers, options.Target.Address, schedule)
{
    private readonly PriorityQueue<Publisher, long> _due = new();
    private readonly byte[] _scratch = new byte[options.Clip.LongestBytes];
    private readonly HashSet<Publisher> _live = [];

    protected override long Work(long now)
    {
        while (_due.TryPeek(out Publisher? publisher, out long due))
        {
            if (due > now)
            {
                return due;
            }

            _due.Dequeue();
            if (publisher.State == ClientState.Live)
            {
                publisher.SendNext(now, _scratch);
                _due.Enqueue(publisher, publisher.NextDue);
            }
        }

        return long.MaxValue;
    }

    protected override void OnSteady() => meter.Begin();

    protected override void OnHandled(LoadClient client)
    {
        if (client is Publisher { State: ClientState.Live } publisher && _live.Add(publisher))
        {
            _due.Enqueue(publisher, publisher.NextDue);
        }
    }
}
