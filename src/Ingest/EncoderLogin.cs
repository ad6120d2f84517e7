using System.Net;

namespace MediaServer.Ingest;

/// <summary>
/// The seam through which <c>connect</c> is decided while <see cref="IngestOptions.AskForLogin"/> is on. The dialogue takes several
/// connections, and nothing is kept between them: all that was said so far is in the query. Thread-safe.
/// </summary>
/// <param name="query">The parameters behind app and <c>tcUrl</c>, as sent.</param>
/// <param name="address">Where the peer is.</param>
public delegate LoginAnswer EncoderLogin(string query, IPAddress address);
