using MediaServer.Media;

namespace MediaServer.Hub.Tests.Stress;

/// <summary>
/// The stream that stress tests publish: groups of 100 frames, each a header, a key frame, and video and sound behind it. Every frame's mark
/// is its offset, so that a reader knows of each what it is, and what must have come before it.
/// </summary>
internal static class StressStream
{
    /// <summary>Frames of a group, its header included.</summary>
    public const int GroupFrames = 100;

    private const int Key = 1;
    private const int Leading = 2;

    private static readonly int[] Needed = [.. Enumerable.Range(0, GroupFrames + 1).Select(FindNeededBefore)];

    /// <summary>Whether it is shown before its group's key frame, and refers to the group before.</summary>
    public static bool IsLeading(int place) => place == Leading;

    /// <summary>Whether frames behind it refer to it, in its own group or as leading ones of the next.</summary>
    public static bool IsNeeded(int place) => IsVideo(place) && !IsLeading(place) && !IsDisposable(place);

    /// <summary>The place of the last video frame before one that others need; for <see cref="GroupFrames"/>, the last of the group.</summary>
    public static int NeededBefore(int place) => Needed[place];

    /// <summary>Makes a frame.</summary>
    /// <param name="maker">What makes it.</param>
    /// <param name="offset">The offset that it will get.</param>
    /// <param name="place">Its place in the group.</param>
    /// <param name="traits">What is special about it beyond that.</param>
    public static MediaFrame Create(FrameMaker maker, long offset, int place, FrameTraits traits = FrameTraits.None)
    {
        if (place == 0)
        {
            var header = new FrameInfo { Kind = MediaKind.Video, Traits = FrameTraits.SequenceHeader | traits, Dts = offset };
            return maker.CreateOwned(header, (int)offset);
        }

        const int Delay = 10; // of what is shown behind the leading frame, the key frame too
        var info = new FrameInfo
        {
            Kind = IsVideo(place) ? MediaKind.Video : MediaKind.Audio,
            Traits = (place == Key ? FrameTraits.RandomAccess : IsDisposable(place) ? FrameTraits.Disposable : FrameTraits.None) | traits,
            Dts = offset,
            CompositionOffset = IsVideo(place) && !IsLeading(place) ? Delay : 0,
        };
        return maker.Create(info, (int)offset, lengthBytes: place == Key ? 30_000 : 3_000);
    }

    private static bool IsVideo(int place) => place % 3 != 0;

    private static bool IsDisposable(int place) => place % 6 == 5;

    private static int FindNeededBefore(int place)
    {
        do
        {
            place--;
        }
        while (place > 0 && !IsNeeded(place));
        return place;
    }
}
