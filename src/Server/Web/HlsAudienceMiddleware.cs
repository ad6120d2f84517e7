using System.Net;
using MediaServer.Server.Streams;

namespace MediaServer.Server.Web;

/// <summary>Shows requests for HLS playlists to the <see cref="HlsAudience"/> as they pass.</summary>
internal static class HlsAudienceMiddleware
{
    public static void UseHlsAudience(this WebApplication app)
    {
        HlsAudience audience = app.Services.GetRequiredService<HlsAudience>();
        app.Use((context, next) =>
        {
            string path = context.Request.Path.Value ?? "";
            if (path.EndsWith(".m3u8", StringComparison.OrdinalIgnoreCase))
            {
                audience.Note(path, context.Connection.RemoteIpAddress ?? IPAddress.None, context.Request.Headers.UserAgent.ToString());
            }

            return next(context);
        });
    }
}
