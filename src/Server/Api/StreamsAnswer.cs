namespace MediaServer.Server.Api;

/// <summary>The answer to <c>GET /api/v1/streams</c>.</summary>
/// <param name="Streams">All streams that are live or wait for their publisher, by name.</param>
internal sealed record StreamsAnswer(IReadOnlyList<StreamAnswer> Streams);

/// <summary>One stream.</summary>
/// <param name="App">All of its name before the last slash.</param>
/// <param name="Name">The rest.</param>
/// <param name="State"><c>live</c>, or <c>waiting</c> for its publisher, who was lost.</param>
/// <param name="StartedAt">When it was first published.</param>
/// <param name="UptimeSeconds">Seconds since.</param>
/// <param name="Bitrate">Bits of payload a second, over the last seconds.</param>
/// <param name="FrameRate">Frames of video a second, over the last seconds.</param>
/// <param name="GopFrames">Frames of video in the last whole group of pictures; null before there was one.</param>
/// <param name="GopSeconds">How long it took; null before there was one.</param>
/// <param name="Video">Its video, if it has any.</param>
/// <param name="Audio">Its audio, if it has any.</param>
/// <param name="Viewers">Viewers by protocol.</param>
/// <param name="TimelineFaults">What was wrong with its publishers' timestamps, and how often, by kind; without those that never were.</param>
/// <param name="FramesIn">Frames published.</param>
/// <param name="BytesIn">Their payload.</param>
/// <param name="Subscribers">Its readers by kind; one of kind <c>hls</c> serves all HLS viewers.</param>
/// <param name="States">Its readers by state.</param>
/// <param name="Fill">How far they lag, as a share of what they may.</param>
/// <param name="Lag">How far they lag.</param>
/// <param name="FlushDelay">How long frames waited for others to be sent with.</param>
/// <param name="Delivery">What became of its frames, over all subscribers there have been.</param>
internal sealed record StreamAnswer(
    string App,
    string Name,
    string State,
    DateTimeOffset StartedAt,
    double UptimeSeconds,
    long Bitrate,
    double FrameRate,
    long? GopFrames,
    double? GopSeconds,
    VideoAnswer? Video,
    AudioAnswer? Audio,
    IReadOnlyDictionary<string, int> Viewers,
    IReadOnlyDictionary<string, long> TimelineFaults,
    CountsAnswer FramesIn,
    CountsAnswer BytesIn,
    IReadOnlyDictionary<string, int> Subscribers,
    IReadOnlyDictionary<string, int> States,
    FillAnswer Fill,
    LagsAnswer Lag,
    DurationsAnswer FlushDelay,
    DeliveryAnswer Delivery);

/// <summary>Shares from 0 to 1.</summary>
/// <param name="Max">Of the subscriber that is worst.</param>
/// <param name="Mean">Of all on average.</param>
internal sealed record FillAnswer(double Max, double Mean);

/// <summary>How far subscribers are behind the newest frame.</summary>
/// <param name="Max">The furthest of any, each number of its own.</param>
/// <param name="Mean">All on average.</param>
internal sealed record LagsAnswer(LagAnswer Max, LagAnswer Mean);

/// <summary>A stream's video.</summary>
/// <param name="Codec">The codec as people call it.</param>
/// <param name="CodecString">The codec in RFC 6381's words, if the server knows it.</param>
/// <param name="Width">Pixels, after cropping.</param>
/// <param name="Height">Pixels, after cropping.</param>
internal sealed record VideoAnswer(string Codec, string? CodecString, int? Width, int? Height);

/// <summary>A stream's audio.</summary>
/// <param name="Codec">The codec as people call it.</param>
/// <param name="CodecString">The codec in RFC 6381's words, if the server knows it.</param>
/// <param name="SampleRate">Samples a second, as heard.</param>
/// <param name="Channels">How many.</param>
internal sealed record AudioAnswer(string Codec, string? CodecString, int? SampleRate, int? Channels);
