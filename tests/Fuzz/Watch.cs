namespace MediaServer.Fuzz;

/// <summary>Shows progress every few seconds from a thread of its own, and ends the process when one input takes for ever.</summary>
internal sealed class Watch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Timer _timer;
    private readonly Action _show;
    private readonly Func<long> _progress;
    private readonly TimeSpan _limit;
    private readonly string _lastInput;
    private long _seen = -1;
    private int _periodsWithout;

    public Watch(Action show, Func<long> progress, TimeSpan limit, string lastInput)
    {
        _show = show;
        _progress = progress;
        _limit = limit;
        _lastInput = lastInput;
        _timer = new Timer(_ => Look(), null, Period, Period);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        _show();
        long progress = _progress();
        _periodsWithout = progress == _seen ? _periodsWithout + 1 : 0;
        _seen = progress;
        if (_periodsWithout * Period > _limit)
        {
            Console.Error.WriteLine($"One input takes for ever. It is in {_lastInput}: run it with --file.");
            Environment.Exit(1);
        }
    }
}
