namespace MediaServer.Server.Api;

/// <summary>The answer to <c>GET /api/v1/streams/{app}/{name}/subscribers</c>: some of the subscribers of a stream.</summary>
/// <param name="Total">How many there are.</param>
/// <param name="Offset">How many of them come before these.</param>
/// <param name="Limit">How many were asked for.</param>
/// <param name="Subscribers">These.</param>
internal sealed record SubscribersAnswer(int Total, int Offset, int Limit, IReadOnlyList<SubscriberAnswer> Subscribers);

/// <summary>One reader of a stream. All HLS viewers together have one, which cuts the segments.</summary>
/// <param name="Id">The connection's id, as in the log; null for parts of the server.</param>
/// <param name="Kind">What it is: <c>rtmp</c>, <c>http-flv</c>, <c>ws-flv</c>, <c>hls</c>.</param>
/// <param name="Peer">Address and port of who is connected; null for parts of the server.</param>
/// <param name="Since">When it joined.</param>
/// <param name="State">How it is: <c>catching_up</c>, <c>normal</c>, <c>warning</c>, <c>critical</c>, <c>recovering</c>.</param>
/// <param name="Policy">What is done when it lags: <c>live</c>, <c>drop-oldest</c>, <c>drop-newest</c>, <c>sample</c>, <c>block</c>, <c>disconnect</c>.</param>
/// <param name="Fill">Its lag as a share of what it may lag, the worst of frames, bytes and time, from 0 to 1.</param>
/// <param name="Lag">How far it is behind the newest frame.</param>
/// <param name="InFlight">Frames that it has taken and that are not in the kernel yet.</param>
/// <param name="Delivery">What became of the frames that it passed.</param>
internal sealed record SubscriberAnswer(
    string? Id,
    string Kind,
    string? Peer,
    DateTimeOffset Since,
    string State,
    string Policy,
    double Fill,
    LagAnswer Lag,
    long InFlight,
    DeliveryAnswer Delivery);
