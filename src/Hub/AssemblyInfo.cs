using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MediaServer.Hub.Tests")]
