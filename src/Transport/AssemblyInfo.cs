using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MediaServer.Load")] // the load generator polls and calls the system in the same way
[assembly: InternalsVisibleTo("MediaServer.Transport.Tests")]
