using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MediaServer.Playback.Tests")]
