using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MediaServer.Transport.Tests")]
