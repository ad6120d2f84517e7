using MediaServer.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MediaServer.Hub.Tests;

public class StreamHubTests
{
    [Fact]
    public void A_name_has_one_publisher()
    {
        var hub = new StreamHub(new HubOptions(), new ManualTimeProvider());
        using Publication? first = hub.TryPublish(TestStream.Key, out PublishRefusal accepted);
        using Publication? second = hub.TryPublish(TestStream.Key, out PublishRefusal refusal);

        Assert.Equal(PublishRefusal.None, accepted);
        Assert.NotNull(first);
        Assert.Null(second);
        Assert.Equal(PublishRefusal.KeyInUse, refusal);
    }

    [Fact]
    public void There_are_only_so_many_streams()
    {
        var hub = new StreamHub(new HubOptions { MaxStreams = 1 }, new ManualTimeProvider());
        Publication? first = hub.TryPublish(TestStream.KeyOf("live/a"), out _);
        Assert.Null(hub.TryPublish(TestStream.KeyOf("live/b"), out PublishRefusal refusal));
        Assert.Equal(PublishRefusal.TooManyStreams, refusal);

        first!.Dispose();
        using Publication? next = hub.TryPublish(TestStream.KeyOf("live/b"), out _);
        Assert.Equal("live/b", Assert.Single(hub.Topics).Key.ToString());
    }

    [Fact]
    public void A_start_is_told_once_when_the_stream_can_be_found_and_before_its_first_frame()
    {
        var hub = new StreamHub(new HubOptions(), new ManualTimeProvider());
        var told = new List<(bool Found, long Head)>();
        hub.TopicStarted += topic => told.Add((hub.TryGetTopic(topic.Key, out StreamTopic? found) && found == topic, topic.Head));

        using Publication? publication = hub.TryPublish(TestStream.Key, out _);
        hub.TryPublish(TestStream.Key, out _);

        Assert.Equal([(true, 0L)], told);
    }

    [Fact]
    public void A_handler_that_fails_harms_neither_the_stream_nor_the_next_handler()
    {
        var hub = new StreamHub(new HubOptions(), new ManualTimeProvider());
        int told = 0;
        hub.TopicStarted += _ => throw new InvalidOperationException("a consumer's fault");
        hub.TopicStarted += _ => told++;

        using Publication? publication = hub.TryPublish(TestStream.Key, out _);

        Assert.NotNull(publication);
        Assert.Equal(1, told);
    }

    [Fact]
    public void Options_come_from_the_configuration()
    {
        using ServiceProvider services = Compose(new() { ["Hub:LagFrames"] = "100", ["Hub:LagTime"] = "00:00:03", ["Hub:BudgetBytes"] = "268435456" });
        HubOptions options = services.GetRequiredService<IOptions<HubOptions>>().Value;

        Assert.Equal((100, TimeSpan.FromSeconds(3), 268_435_456), (options.LagFrames, options.LagTime, options.BudgetBytes));
        Assert.Same(services.GetRequiredService<StreamHub>(), services.GetRequiredService<StreamHub>());
    }

    [Fact]
    public void All_faults_of_the_options_are_named_at_once()
    {
        using ServiceProvider services = Compose(new() { ["Hub:LagFrames"] = "1", ["Hub:MaxStreams"] = "0", ["Hub:BudgetTime"] = "00:00:01" });

        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(exception.Failures, failure => failure.Contains("LagFrames", StringComparison.Ordinal));
        Assert.Contains(exception.Failures, failure => failure.Contains("MaxStreams", StringComparison.Ordinal));
        Assert.Contains(exception.Failures, failure => failure.Contains("BudgetTime is below LagTime", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("BudgetFrames", "100")]
    [InlineData("BudgetBytes", "20000000")]
    [InlineData("BudgetTime", "00:00:05")]
    public void A_budget_below_the_bound_is_refused(string option, string value)
    {
        using ServiceProvider services = Compose(new() { [$"Hub:{option}"] = value });

        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<HubOptions>>().Value);
        Assert.Contains($"{option} is below", Assert.Single(exception.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RecoveryFill", "0.8", "RecoveryFill is not below WarningFill")]
    [InlineData("WarningFill", "0.95", "WarningFill is not below CriticalFill")]
    [InlineData("CriticalFill", "1.1", "CriticalFill")]
    [InlineData("RecoveryFill", "0", "RecoveryFill")]
    [InlineData("BlockTotalBytes", "2000000", "BlockTotalBytes is below BlockBytes")]
    public void Thresholds_out_of_their_order_are_refused(string option, string value, string fault)
    {
        using ServiceProvider services = Compose(new() { [$"Hub:{option}"] = value });

        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<HubOptions>>().Value);
        Assert.Contains(fault, Assert.Single(exception.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_waits_for_a_publisher_while_the_host_stops()
    {
        await using ServiceProvider services = Compose([]);
        Publication publication = services.GetRequiredService<StreamHub>().TryPublish(TestStream.Key, out _)!;
        publication.Suspend();

        await Assert.Single(services.GetServices<IHostedService>()).StopAsync(CancellationToken.None);

        Assert.Equal(TopicState.Ended, publication.Topic.State);
    }

    private static ServiceProvider Compose(Dictionary<string, string?> settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
        .AddLogging()
        .AddStreamHub()
        .BuildServiceProvider();
}
