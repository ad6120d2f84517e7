using System.Globalization;
using System.Text;

namespace MediaServer.Hls;

/// <summary>Writes a stream's multivariant playlist (RFC 8216 §4.3.4): one variant, its audio a rendition of its own.</summary>
internal static class MultivariantPlaylistWriter
{
    /// <param name="epoch">The folder that the media playlists lie in.</param>
    /// <param name="tracks">The tracks that have segments.</param>
    /// <param name="measuredFrameRate">Frames a second as counted, 0 if not known.</param>
    public static string Write(string epoch, IReadOnlyList<Track> tracks, double measuredFrameRate)
    {
        Track? video = tracks.FirstOrDefault(track => track is VideoTrack);
        Track? audio = tracks.FirstOrDefault(track => track is AudioTrack);
        var text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:7\n");
        if (video is not null && audio is not null)
        {
            text.Append("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Audio\",LANGUAGE=\"und\",DEFAULT=YES,AUTOSELECT=YES");
            if (audio.Format!.Channels > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $",CHANNELS=\"{audio.Format.Channels}\"");
            }

            text.Append(CultureInfo.InvariantCulture, $",URI=\"{epoch}/{ResourceName.Playlist(audio)}\"\n");
        }

        text.Append("#EXT-X-STREAM-INF:");
        text.Append(CultureInfo.InvariantCulture, $"BANDWIDTH={tracks.Sum(track => track.Bandwidth.Peak)}");
        text.Append(CultureInfo.InvariantCulture, $",AVERAGE-BANDWIDTH={tracks.Sum(track => track.Bandwidth.Average)}");
        text.Append(CultureInfo.InvariantCulture, $",CODECS=\"{string.Join(',', tracks.Select(track => track.Format!.Codecs))}\"");
        if (video is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $",RESOLUTION={video.Format!.Width}x{video.Format.Height}");
            double frameRate = FrameRates.Choose(video.Format.FrameRate, measuredFrameRate);
            if (frameRate > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $",FRAME-RATE={frameRate:0.000}");
            }
        }

        if (video is not null && audio is not null)
        {
            text.Append(",AUDIO=\"audio\"");
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{epoch}/{ResourceName.Playlist(video ?? audio!)}\n");
        return text.ToString();
    }
}
