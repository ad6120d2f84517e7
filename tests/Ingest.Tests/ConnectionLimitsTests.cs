using System.Net;
using MediaServer.Ingest.Tests.Support;

namespace MediaServer.Ingest.Tests;

public sealed class ConnectionLimitsTests
{
    private readonly IngestCounters _counters = new();
    private readonly ListLogger _log = new();
    private readonly ConnectionLimits _limits;

    public ConnectionLimitsTests() =>
        _limits = new ConnectionLimits(new IngestOptions { MaxConnections = 6, MaxConnectionsPerAddress = 2 }, _counters, _log);

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", false)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", false)]
    [InlineData("192.0.2.7", "192.0.2.8", true)]
    [InlineData("2001:db8::1", "2001:db8::2", false)] // of one network: of one owner
    [InlineData("2001:db8::1", "2001:db8:0:1::1", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    public void One_address_takes_only_its_share(string here, string next, bool expected)
    {
        Assert.NotNull(Enter(here));
        Assert.NotNull(Enter(here));

        Assert.Equal(expected, Enter(next) is not null);
        Assert.Equal(expected ? 0 : 1, _counters.Refused(RefusalReason.TooManyConnectionsOfAddress));
    }

    [Fact]
    public void A_place_is_given_back_once()
    {
        IDisposable place = Enter("192.0.2.7")!;
        Enter("192.0.2.7");

        place.Dispose();
        place.Dispose();

        Assert.Equal(1, _counters.Connections);
        Assert.NotNull(Enter("192.0.2.7"));
        Assert.Null(Enter("192.0.2.7"));
    }

    [Fact]
    public void All_together_have_a_limit_too_and_this_machine_counts_there()
    {
        for (int i = 0; i < 6; i++)
        {
            Assert.NotNull(Enter("127.0.0.1"));
        }

        Assert.Null(Enter("127.0.0.1"));
        Assert.Null(Enter("192.0.2.7"));
        Assert.Equal(2, _counters.Refused(RefusalReason.TooManyConnections));
        Assert.Equal(6, _counters.Connections);
    }

    [Fact]
    public void A_flood_is_one_line_until_there_was_room()
    {
        IDisposable place = Enter("192.0.2.7")!;
        Enter("192.0.2.7");
        for (int i = 0; i < 100; i++)
        {
            Enter("192.0.2.7");
        }

        Assert.Single(_log.Lines);
        place.Dispose();
        Enter("192.0.2.7");
        Enter("192.0.2.7");
        Assert.Equal(2, _log.Lines.Count());
    }

    private IDisposable? Enter(string address) => _limits.TryEnter(IPAddress.Parse(address));
}
