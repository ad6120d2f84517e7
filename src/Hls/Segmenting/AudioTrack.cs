using MediaServer.Media;

namespace MediaServer.Hls;

/// <summary>
/// An audio track: a sample lasts what its codec says, because milliseconds would leave holes and overlaps between samples of 44.1 kHz. Only
/// when the sum has been off the timestamps for a second is it put right: a sample lasts longer, or samples are left out.
/// </summary>
internal sealed class AudioTrack() : Track("audio", 1, MediaCodec.Aac)
{
    private const long ToleratedMilliseconds = 40;
    private const long PatienceMilliseconds = 1000;

    private long _lastInLine; // milliseconds

    protected override bool TryPlace(long dts, long stampedTicks, out long ticks)
    {
        ticks = EndTicks;
        long behind = stampedTicks - EndTicks;
        if (Math.Abs(behind) * 1000 <= ToleratedMilliseconds * Format!.Timescale)
        {
            _lastInLine = dts;
            return true;
        }

        if (dts - _lastInLine < PatienceMilliseconds)
        {
            return true;
        }

        if (behind < 0)
        {
            return false;
        }

        if (TryEndLastAt(stampedTicks)) // else with the next sample, when this one is there to be stretched
        {
            _lastInLine = dts;
            ticks = stampedTicks;
        }

        return true;
    }

    protected override long GetExpectedDuration() => Format!.SampleDuration;

    protected override FrameTraits TraitsOf(MediaFrame frame) => FrameTraits.RandomAccess;
}
