using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MediaServer.Ingest.Tests")]
