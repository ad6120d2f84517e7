using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Hls.Tests;

public sealed class HttpTests : IAsyncLifetime
{
    private HlsHost _host = null!;

    public async Task InitializeAsync() => _host = await HlsHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("/closed/show/index.m3u8")]
    [InlineData("/closed/show/epoch/video.m3u8")]
    [InlineData("/closed/show/epoch/0.m4s")]
    public async Task A_stream_that_takes_a_key_is_not_given_out(string path)
    {
        using HttpResponseMessage response = await _host.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("needs a key", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_plays_from_its_address_alone()
    {
        await _host.PublishToEndAsync("live/test", "bframes.flv");
        (int exit, string output, string errors) = await Ffmpeg.RunAsync(
            "ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=codec_name,nb_read_packets", "-of", "csv=p=0", $"{_host.Client.BaseAddress}live/test/index.m3u8");

        Assert.True(exit == 0, errors);
        Assert.Contains("h264,300", output, StringComparison.Ordinal);
        Assert.Contains("aac,", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_kind_of_answer_has_its_type_and_its_caching_and_may_be_read_from_anywhere()
    {
        string epoch = await _host.PublishToEndAsync("live/test", "bframes.flv");
        await Check("index.m3u8", "application/vnd.apple.mpegurl", "public, max-age=1");
        await Check($"{epoch}/video.m3u8", "application/vnd.apple.mpegurl", "public, max-age=1");
        await Check($"{epoch}/video_init1.mp4", "video/mp4", "public, max-age=31536000, immutable");
        await Check($"{epoch}/video_2.m4s", "video/iso.segment", "public, max-age=31536000, immutable");
        await Check($"{epoch}/audio_init1.mp4", "audio/mp4", "public, max-age=31536000, immutable");
        await Check($"{epoch}/audio_2.m4s", "audio/mp4", "public, max-age=31536000, immutable");

        async Task Check(string path, string type, string caching)
        {
            foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                using var request = new HttpRequestMessage(method, new Uri($"/live/test/{path}", UriKind.Relative));
                using HttpResponseMessage response = await _host.Client.SendAsync(request);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.Equal(type, response.Content.Headers.ContentType!.ToString());
                Assert.Equal(caching.Split(", ").Order(), response.Headers.CacheControl!.ToString().Split(", ").Order());
                Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
                Assert.True(response.Content.Headers.ContentLength > 100);
                byte[] body = await response.Content.ReadAsByteArrayAsync();
                Assert.Equal(method == HttpMethod.Get ? response.Content.Headers.ContentLength : 0, body.Length);
            }
        }
    }

    [Fact]
    public async Task A_playlist_is_compressed_for_those_who_accept_it()
    {
        await _host.PublishToEndAsync("live/test", "bframes.flv");
        string plain = await _host.Client.GetStringAsync(new Uri("/live/test/index.m3u8", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/live/test/index.m3u8", UriKind.Relative));
        request.Headers.AcceptEncoding.ParseAdd("br, gzip;q=0.5");
        using HttpResponseMessage response = await _host.Client.SendAsync(request);

        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        Assert.Equal("Accept-Encoding", Assert.Single(response.Headers.Vary));
        await using var unzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(unzip, Encoding.UTF8);
        Assert.Equal(plain, await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("bytes=0-99", 0, 100)]
    [InlineData("bytes=1000-1999", 1000, 1000)]
    [InlineData("bytes=-50", -50, 50)]
    [InlineData("bytes=5000-", 5000, -1)]
    public async Task A_part_of_a_segment_is_what_was_asked_for(string range, int start, int length)
    {
        string epoch = await _host.PublishToEndAsync("live/test", "bframes.flv");
        var address = new Uri($"/live/test/{epoch}/video_1.m4s", UriKind.Relative);
        byte[] whole = await _host.Client.GetByteArrayAsync(address);
        start = start < 0 ? whole.Length + start : start;
        length = length < 0 ? whole.Length - start : length;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Range = RangeHeaderValue.Parse(range);
        using HttpResponseMessage response = await _host.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{start + length - 1}/{whole.Length}"), response.Content.Headers.ContentRange!.ToString());
        Assert.Equal(whole[start..(start + length)], await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("bytes=99999999-", HttpStatusCode.RequestedRangeNotSatisfiable)]
    [InlineData("bytes=-0", HttpStatusCode.RequestedRangeNotSatisfiable)]
    [InlineData("bytes=0-1,5-6", HttpStatusCode.OK)]
    [InlineData("bytes=9-1", HttpStatusCode.OK)]
    [InlineData("lines=0-1", HttpStatusCode.OK)]
    [InlineData("bytes=99999999999999999999-", HttpStatusCode.OK)]
    public async Task A_range_that_makes_no_sense_is_refused_or_passed_over(string range, HttpStatusCode expected)
    {
        string epoch = await _host.PublishToEndAsync("live/test", "bframes.flv");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/live/test/{epoch}/video_1.m4s", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Range", range);
        using HttpResponseMessage response = await _host.Client.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Who_comes_before_the_first_segment_waits_for_it()
    {
        using Publication publication = _host.Publish("live/test");
        Task<string> early = _host.Client.GetStringAsync(new Uri("/live/test/index.m3u8", UriKind.Relative));
        await HlsHost.UntilAsync(() => Task.FromResult(_host.Time.ArmedTimers >= 2)); // the sweep's, and the request's
        Assert.False(early.IsCompleted);
        _host.Send(publication, "bframes.flv");
        Assert.StartsWith("#EXTM3U", await early, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_with_nothing_to_show_is_told_to_be_tried_again_then_gone()
    {
        var address = new Uri("/live/test/index.m3u8", UriKind.Relative);
        using (_host.Publish("live/test"))
        {
            Task<HttpResponseMessage> early = _host.Client.GetAsync(address);
            await HlsHost.UntilAsync(() => Task.FromResult(_host.Time.ArmedTimers >= 2));
            _host.Time.Advance(TimeSpan.FromSeconds(13));
            using HttpResponseMessage response = await early;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }

        using HttpResponseMessage late = await _host.Client.GetAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
    }

    [Fact]
    public async Task A_stream_that_comes_back_has_a_new_epoch_and_the_old_one_stays_for_a_while()
    {
        string first = await _host.PublishToEndAsync("live/test", "bframes.flv");
        string second = await _host.PublishToEndAsync("live/test", "video-only.flv");
        Assert.NotEqual(first, second);
        Assert.True(await ExistsAsync(first));
        Assert.True(await ExistsAsync(second));

        _host.Time.Advance(TimeSpan.FromSeconds(62));
        await HlsHost.UntilAsync(async () => !await ExistsAsync(first) && !await ExistsAsync(second));
        using HttpResponseMessage response = await _host.Client.GetAsync(new Uri("/live/test/index.m3u8", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);

        async Task<bool> ExistsAsync(string epoch)
        {
            using HttpResponseMessage response = await _host.Client.GetAsync(new Uri($"/live/test/{epoch}/video_1.m4s", UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK;
        }
    }

    [Fact]
    public async Task A_name_may_have_nine_segments()
    {
        const string Name = "a/b/c/d/e/f/g/h/stream";
        string epoch = await _host.PublishToEndAsync(Name, "audio-only.flv");
        Assert.NotEmpty(await _host.Client.GetByteArrayAsync(new Uri($"/{Name}/{epoch}/audio_1.m4s", UriKind.Relative)));
    }

    [Fact]
    public async Task Other_endpoints_come_first() =>
        Assert.Equal("not HLS", await _host.Client.GetStringAsync(new Uri("/console.mp4", UriKind.Relative)));

    [Theory]
    [InlineData("/index.m3u8")]
    [InlineData("/.m3u8")]
    [InlineData("//index.m3u8")]
    [InlineData("/live/other/index.m3u8")]
    [InlineData("/live/test/index.M3U8")]
    [InlineData("/live/test/x/video.m3u8")]
    [InlineData("/live/test/../../etc/index.m3u8")]
    [InlineData("/live/test/%2e%2e/%2e%2e/etc/passwd.mp4")]
    [InlineData("/live/..%2ftest/index.m3u8")]
    [InlineData("/live%2ftest/index.m3u8")]
    [InlineData("/live/test%00/index.m3u8")]
    [InlineData("/live/test\\..\\x/index.m3u8")]
    [InlineData("/live/.test/index.m3u8")]
    [InlineData("/api/test/index.m3u8")]
    [InlineData("/live/%f0%9f%8e%a5/index.m3u8")]
    [InlineData("/a/b/c/d/e/f/g/h/i/j/index.m3u8")]
    [InlineData("/live/test/EPOCH/..%2findex.m3u8")]
    [InlineData("/live/test/EPOCH/index.mp4")]
    [InlineData("/live/test/EPOCH/video_0.m4s")]
    [InlineData("/live/test/EPOCH/video_999999999999999999999.m4s")]
    [InlineData("/live/test/EPOCH/video_1.m4s/video_1.m4s")]
    public async Task A_path_that_is_not_there_is_not_found_whatever_it_looks_like(string path)
    {
        string epoch = await _host.PublishToEndAsync("live/test", "video-only.flv");
        string response = await _host.SendRawAsync(
            $"GET {path.Replace("EPOCH", epoch, StringComparison.Ordinal)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (404|400) ", response);
    }

    [Fact]
    public async Task Other_tracks_and_configuration_beside_the_headers_are_left_to_players_that_know_them()
    {
        Publication publication = _host.Publish("live/tracks");
        var channels = new FrameInfo { Kind = MediaKind.Audio, Codec = MediaCodec.Aac, DataOffset = 5, Traits = FrameTraits.TrackMetadata };
        publication.Publish(MediaFrame.CreateOwned(channels, new byte[11]));
        publication.Publish(MediaFrame.CreateOwned(channels with { TrackId = 1, Traits = FrameTraits.SequenceHeader }, new byte[9]));
        publication.Dispose(); // or the segmenter waits for more

        await HlsHost.UntilAsync(() =>
            Task.FromResult(publication.Topic.GetStatistics().Traffic.Delivery.GetDropped(DropReason.Filtered) == new KindCounts(2, 0, 0)));
    }

    [Fact]
    public async Task A_long_name_is_not_found()
    {
        using HttpResponseMessage response = await _host.Client.GetAsync(new Uri($"/live/{new string('x', 5000)}/index.m3u8", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("BREW")]
    public async Task Only_reading_is_allowed(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/live/test/index.m3u8", UriKind.Relative));
        using HttpResponseMessage response = await _host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("GET, HEAD", string.Join(", ", response.Content.Headers.Allow));
    }
}
