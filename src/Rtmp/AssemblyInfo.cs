using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MediaServer.Fuzz")]
[assembly: InternalsVisibleTo("MediaServer.Rtmp.Tests")]
