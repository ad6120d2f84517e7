namespace MediaServer.Server.Access;

/// <summary>Shows the first key, once, to whoever started the server. It goes to the console beside the log, never through it.</summary>
internal static class FirstKeyNotice
{
    public static void Write(TextWriter console, string key, int rtmpPort) => console.Write(
        $"""

        Publishing from other machines needs a key. This one was made for you; it is shown only now, so note it:

          {key}

        In OBS, Settings > Stream, service Custom:
          Server      rtmp://{Environment.MachineName}:{rtmpPort}/live      (or this machine's address)
          Stream key  show?key={key}                       ("show" is the stream's name: choose any)

        This machine needs none. "mediaserver keys" lists, adds and removes keys.


        """);
}
