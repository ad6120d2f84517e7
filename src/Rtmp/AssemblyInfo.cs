using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MediaServer.Rtmp.Tests")]
