using System.Collections.Immutable;

namespace MediaServer.Rtmp;

/// <summary>
/// What one side of a connection says that it can do beyond RTMP 1.0 (Enhanced RTMP v2, "Enhancing NetConnection connect Command").
/// </summary>
/// <remarks>
/// Information, never a condition: OBS says nothing at all and sends HEVC and several tracks, ffmpeg sends HEVC that it did not announce.
/// A FourCC is as the peer wrote it; <see cref="AnyFourCc"/> stands for every codec.
/// </remarks>
public sealed class RtmpCapabilities
{
    /// <summary>The FourCC that stands for every codec.</summary>
    public const string AnyFourCc = "*";

    private const int MaxFourCcs = 64; // of one list or map; there are a dozen

    private static readonly string[] Video = ["avc1", "hvc1", "av01", "vp09", "vp08"];
    private static readonly string[] Audio = ["mp4a", "Opus", "fLaC", "ac-3", "ec-3", ".mp3"];

    /// <summary>Nothing was said.</summary>
    public static RtmpCapabilities None { get; } = new();

    /// <summary>What this server says of itself, and its clients of themselves: it decodes nothing, and passes everything on.</summary>
    /// <remarks>The codecs are named one by one too, for peers that do not know the wildcard.</remarks>
    public static RtmpCapabilities Forwarder { get; } = new()
    {
        FourCcList = [.. Video, .. Audio],
        VideoFourCcs = ForwardingOf(Video),
        AudioFourCcs = ForwardingOf(Audio),
        Extensions = RtmpExtensions.Multitrack | RtmpExtensions.Modifiers | RtmpExtensions.TimestampNanoOffset,
        VideoFunctions = VideoFunctions.Hdr | VideoFunctions.Metadata,
    };

    /// <summary>Codecs, as Enhanced RTMP v1 lists them (<c>fourCcList</c>).</summary>
    public ImmutableArray<string> FourCcList { get; init; } = [];

    /// <summary>Video codecs and what can be done with them (<c>videoFourCcInfoMap</c>).</summary>
    public ImmutableDictionary<string, FourCcInfo> VideoFourCcs { get; init; } = ImmutableDictionary<string, FourCcInfo>.Empty;

    /// <summary>Audio codecs and what can be done with them (<c>audioFourCcInfoMap</c>).</summary>
    public ImmutableDictionary<string, FourCcInfo> AudioFourCcs { get; init; } = ImmutableDictionary<string, FourCcInfo>.Empty;

    /// <summary>Abilities that are no codecs (<c>capsEx</c>). Bits without a name are kept.</summary>
    public RtmpExtensions Extensions { get; init; }

    /// <summary>What a client can do with video (<c>videoFunction</c>). Bits without a name are kept.</summary>
    public VideoFunctions VideoFunctions { get; init; }

    /// <summary>Whether anything was said that RTMP 1.0 does not know.</summary>
    public bool IsEnhanced =>
        !FourCcList.IsEmpty || !VideoFourCcs.IsEmpty || !AudioFourCcs.IsEmpty || Extensions != RtmpExtensions.None || VideoFunctions > VideoFunctions.Seek;

    /// <summary>Reads them out of an object that may say anything else, or nothing. What makes no sense is left out.</summary>
    internal static RtmpCapabilities From(AmfValue about) => new()
    {
        FourCcList = [.. about["fourCcList"].Items.Select(item => item.Text ?? "").Where(IsFourCc).Distinct().Take(MaxFourCcs)],
        VideoFourCcs = ReadMap(about["videoFourCcInfoMap"]),
        AudioFourCcs = ReadMap(about["audioFourCcInfoMap"]),
        Extensions = (RtmpExtensions)ReadBits(about["capsEx"]),
        VideoFunctions = (VideoFunctions)ReadBits(about["videoFunction"]),
    };

    /// <summary>The properties that say so, each of them only if there is something to say.</summary>
    internal IEnumerable<AmfProperty> ToProperties()
    {
        if (!FourCcList.IsEmpty)
        {
            yield return new("fourCcList", AmfValue.FromArray([.. FourCcList.Select(AmfValue.FromText)]));
        }

        if (!VideoFourCcs.IsEmpty)
        {
            yield return new("videoFourCcInfoMap", WriteMap(VideoFourCcs));
        }

        if (!AudioFourCcs.IsEmpty)
        {
            yield return new("audioFourCcInfoMap", WriteMap(AudioFourCcs));
        }

        if (Extensions != RtmpExtensions.None)
        {
            yield return new("capsEx", (double)Extensions);
        }

        if (VideoFunctions != VideoFunctions.None)
        {
            yield return new("videoFunction", (double)VideoFunctions);
        }
    }

    private static bool IsFourCc(string text) =>
        text == AnyFourCc || (text.Length == 4 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'));

    private static ImmutableDictionary<string, FourCcInfo> ForwardingOf(string[] fourCcs) =>
        fourCcs.Append(AnyFourCc).ToImmutableDictionary(fourCc => fourCc, _ => FourCcInfo.CanForward);

    private static ImmutableDictionary<string, FourCcInfo> ReadMap(AmfValue map) => map.Properties
        .Where(property => IsFourCc(property.Name))
        .DistinctBy(property => property.Name)
        .Take(MaxFourCcs)
        .ToImmutableDictionary(property => property.Name, property => (FourCcInfo)ReadBits(property.Value));

    private static AmfValue WriteMap(ImmutableDictionary<string, FourCcInfo> map) => AmfValue.FromObject(
        [.. map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new AmfProperty(entry.Key, (double)entry.Value))]);

    private static uint ReadBits(AmfValue value) => value.Number is >= 0 and <= uint.MaxValue and double bits ? (uint)bits : 0;
}
