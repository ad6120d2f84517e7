namespace MediaServer.Hls;

/// <summary>Finds the frame rate to tell of.</summary>
internal static class FrameRates
{
    /// <summary>How far what the encoder states may be from what is counted: dropped frames are normal, another rate is a lie.</summary>
    private const double StatedTolerance = 0.05;

    /// <summary>How far a count over a segment of timestamps in milliseconds may be from a usual rate to mean it.</summary>
    private const double MeasuredTolerance = 0.002;

    private static readonly double[] Usual =
        [12.5, 15, 24_000 / 1001.0, 24, 25, 30_000 / 1001.0, 30, 48, 50, 60_000 / 1001.0, 60, 120_000 / 1001.0, 120];

    /// <param name="stated">What the bitstream says.</param>
    /// <param name="measured">What was counted; 0 if not known.</param>
    /// <returns>Frames a second; 0 if not known.</returns>
    public static double Choose(double? stated, double measured)
    {
        if (stated is { } rate && (measured == 0 || Math.Abs(rate - measured) <= rate * StatedTolerance))
        {
            return rate;
        }

        double nearest = Usual.MinBy(usual => Math.Abs(usual - measured));
        return Math.Abs(nearest - measured) <= nearest * MeasuredTolerance ? nearest : measured;
    }
}
