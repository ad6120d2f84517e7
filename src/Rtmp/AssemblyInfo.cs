using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MediaServer.Fuzz")]
[assembly: InternalsVisibleTo("MediaServer.Micro")] // its benchmarks
[assembly: InternalsVisibleTo("MediaServer.Rtmp.Tests")]
