using System.Runtime.CompilerServices;

// The hub alone numbers frames; the tests look at the headers, or play the log.
[assembly: InternalsVisibleTo("MediaServer.Hub")]
[assembly: InternalsVisibleTo("MediaServer.Hub.Tests")]
[assembly: InternalsVisibleTo("MediaServer.Media.Tests")]
[assembly: InternalsVisibleTo("MediaServer.Transport.Tests")]
