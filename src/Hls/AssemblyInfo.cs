using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MediaServer.Hls.Tests")]
