using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// Sees to it that a subscriber has the configuration in force before what it decodes with it. Configuration of the log is handed out like
/// any frame; when some may have been passed by, what was handed out is compared with what is in force.
/// </summary>
internal sealed class ConfigurationSync(ConfigurationHistory history)
{
    private StreamConfiguration _handedOut = StreamConfiguration.Empty;

    /// <summary>Whether the subscriber has what is in force at its cursor.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Some may have been passed by.</summary>
    public void Redo() => IsDone = false;

    /// <summary>A frame is left out.</summary>
    public void Pass(MediaFrame frame) => IsDone &= !StreamConfiguration.Holds(frame);

    /// <summary>A frame is handed out.</summary>
    public void Note(MediaFrame frame)
    {
        if (StreamConfiguration.Holds(frame))
        {
            _handedOut = _handedOut.With(frame);
        }
    }

    /// <summary>A frame was handed out and got lost.</summary>
    public void Lose(MediaFrame frame)
    {
        if (StreamConfiguration.Holds(frame))
        {
            _handedOut = StreamConfiguration.Empty; // it has to be sent again, and twice does no harm
        }

        IsDone = false;
    }

    /// <summary>Finds what the subscriber must have before its next frame.</summary>
    /// <param name="next">The frame.</param>
    /// <param name="selection">What the subscriber wants.</param>
    /// <param name="missing">One of them; null when there is none left, and all is done.</param>
    /// <returns>False when it is not known any more, because the tail has passed the frame.</returns>
    public bool TryFindMissing(MediaFrame next, FrameSelection selection, out MediaFrame? missing)
    {
        missing = null;
        if (IsDone)
        {
            return true;
        }

        StreamConfiguration? inForce = StreamConfiguration.Empty;
        if (!next.Is(FrameTraits.Splice) && !history.TryGetBefore(next.Offset, out inForce))
        {
            return false;
        }

        missing = inForce.FindFirstMissingFrom(_handedOut, selection);
        IsDone = missing is null;
        return true;
    }
}
