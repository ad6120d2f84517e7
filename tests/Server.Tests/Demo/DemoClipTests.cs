using MediaServer.Rtmp;
using MediaServer.Server.Demo;
using MediaServer.Server.Options;

namespace MediaServer.Server.Tests.Demo;

public class DemoClipTests
{
    private static readonly string[] Samples = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "sample-streams"), "*.flv");

    [Fact]
    public void The_sample_that_is_played_by_default_is_shipped()
    {
        Assert.NotNull(new DemoOptions().FindFile());
    }

    [Fact]
    public void The_default_sample_is_ten_seconds_long_and_every_track_starts_with_its_configuration()
    {
        var clip = DemoClip.Load(new DemoOptions().FindFile()!);

        Assert.Equal(10_000u, clip.LengthMilliseconds);
        foreach (RtmpMessageType type in new[] { RtmpMessageType.Video, RtmpMessageType.Audio })
        {
            Assert.True(clip.Tags.First(tag => tag.Type == type).IsConfiguration);
            Assert.Single(clip.Tags, tag => tag.Type == type && tag.IsConfiguration);
        }
    }

    [Fact]
    public void Every_sample_can_be_played()
    {
        Assert.NotEmpty(Samples);
        Assert.All(Samples, file => Assert.InRange(DemoClip.Load(file).LengthMilliseconds, 1_000u, 60_000u));
    }

    [Fact]
    public void A_file_that_is_no_flv_is_refused_by_name()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "appsettings.json");
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => DemoClip.Load(file));
        Assert.Contains(file, fault.Message, StringComparison.Ordinal);
    }
}
