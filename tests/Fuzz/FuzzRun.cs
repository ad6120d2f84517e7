namespace MediaServer.Fuzz;

/// <summary>Damages inputs of one target and feeds them to it, one after the other. The same seed gives the same inputs.</summary>
internal sealed class FuzzRun
{
    private const int MostKept = 4_096;

    private readonly FuzzTarget _target;
    private readonly Random _random;
    private readonly Mutator _mutator;
    private readonly LastInput? _last;
    private readonly List<byte[]> _inputs = [];
    private readonly HashSet<ulong> _outcomes = [];

    /// <summary>Feeds the target's seeds and its corpus as they are.</summary>
    /// <param name="target">What to feed.</param>
    /// <param name="seed">Where the random numbers begin.</param>
    /// <param name="last">Where to write each input before it is fed, for those that end the process.</param>
    /// <exception cref="FuzzFault">One of them is a fault.</exception>
    public FuzzRun(FuzzTarget target, int seed, LastInput? last = null)
    {
        _target = target;
        _random = new Random(seed);
        _mutator = new Mutator(_random, target.Tokens);
        _last = last;
        foreach (byte[] input in target.Seeds.Concat(Corpus.Load(target.Name)))
        {
            Feed(input);
            _inputs.Add(input);
        }
    }

    /// <summary>Inputs fed so far.</summary>
    public long Inputs { get; private set; }

    /// <summary>How many different outcomes they had.</summary>
    public int Outcomes => _outcomes.Count;

    /// <summary>Feeds one damaged input.</summary>
    /// <exception cref="FuzzFault">It is a fault.</exception>
    public void Step()
    {
        byte[] input = _mutator.Damage(Pick(), Pick());
        if (!Feed(input))
        {
            return;
        }

        if (_inputs.Count < MostKept)
        {
            _inputs.Add(input);
        }
        else
        {
            _inputs[_random.Next(_inputs.Count)] = input;
        }
    }

    /// <summary>Feeds one input as it is.</summary>
    /// <returns>Whether its outcome is a new one.</returns>
    /// <exception cref="FuzzFault">It is a fault.</exception>
    public bool Feed(byte[] input)
    {
        Inputs++;
        _last?.Keep(input);
        var outcome = new Fingerprint();
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            _target.Run(input, ref outcome);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            throw new FuzzFault(_target.Name, input, fault.ToString());
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > _target.MaxAllocatedBytes(input.Length))
        {
            throw new FuzzFault(_target.Name, input, $"{input.Length} bytes made it allocate {allocated}.");
        }

        return _outcomes.Add(outcome.Value);
    }

    private byte[] Pick() => _inputs[_random.Next(_inputs.Count)];
}
