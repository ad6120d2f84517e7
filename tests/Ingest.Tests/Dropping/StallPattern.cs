namespace MediaServer.Ingest.Tests.Dropping;

/// <summary>
/// How a subscriber reads, drawn from a seed: at once, not at all, too slowly, in bursts, or so that its fill stays at one of the thresholds.
/// It changes its mind after a while.
/// </summary>
internal sealed class StallPattern(Random random)
{
    private static readonly double[] Thresholds = [0.3, 0.5, 0.8, 0.85, 0.9, 0.95, 1];

    private Mood _mood;
    private int _stepsLeft;
    private int _pace;
    private double _target;
    private int _step;

    private enum Mood
    {
        Prompt,
        Asleep,
        Slow,
        Bursts,
        Hovering,
    }

    /// <summary>Goes on by one frame of the publisher.</summary>
    /// <param name="fill">How full the subscription is, from 0 to 1.</param>
    /// <returns>How many frames are read now at most.</returns>
    public int Step(double fill)
    {
        if (_stepsLeft-- <= 0)
        {
            _mood = (Mood)random.Next(5);
            _stepsLeft = random.Next(5, _mood == Mood.Hovering ? 150 : 80);
            _pace = random.Next(2, 6);
            _target = Thresholds[random.Next(Thresholds.Length)] + ((random.NextDouble() - 0.5) / 10);
            return _mood is Mood.Prompt or Mood.Hovering ? int.MaxValue : 0; // who has not caught up is not held to its bound
        }

        _step++;
        return _mood switch
        {
            Mood.Prompt => int.MaxValue,
            Mood.Asleep => 0,
            Mood.Slow => _step % _pace == 0 ? random.Next(1, _pace + 2) : 0,
            Mood.Bursts => random.Next(10 * _pace) == 0 ? random.Next(4, 60) : 0,
            _ => fill >= _target ? 2 : 0,
        };
    }
}
