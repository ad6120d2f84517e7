using System.Net;
using MediaServer.Server.Access;

namespace MediaServer.Server.Tests.Access;

public class FailureLimitTests
{
    private const int RememberedAddresses = 10_000;

    private readonly CountingTime _time = new();
    private readonly FailureLimit _limit;

    public FailureLimitTests() => _limit = new FailureLimit(_time);

    [Fact]
    public void Wrong_keys_of_new_addresses_cost_little_when_no_more_can_be_remembered()
    {
        Fill();
        long before = _time.Looks;

        for (int i = 0; i < 100; i++)
        {
            _limit.Count(Address(RememberedAddresses + i));
        }

        Assert.InRange(_time.Looks - before, 0, 2 * RememberedAddresses); // all are looked through once, not a hundred times
    }

    [Fact]
    public void An_address_is_remembered_again_when_others_are_forgotten()
    {
        Fill();
        IPAddress late = Address(RememberedAddresses);
        CountTenTimes(late);
        Assert.False(_limit.IsHeldOff(late, out _));

        _time.Elapsed += TimeSpan.FromMinutes(1);
        CountTenTimes(late);

        Assert.True(_limit.IsHeldOff(late, out TimeSpan wait));
        Assert.Equal(TimeSpan.FromMinutes(1), wait);
    }

    private static IPAddress Address(int number) => new([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);

    private void Fill()
    {
        for (int i = 0; i < RememberedAddresses; i++)
        {
            _limit.Count(Address(i));
        }
    }

    private void CountTenTimes(IPAddress address)
    {
        for (int i = 0; i < 10; i++)
        {
            _limit.Count(address);
        }
    }

    /// <summary>Counts what asks for the time, or how long ago something was.</summary>
    private sealed class CountingTime : TimeProvider
    {
        public long Looks { get; private set; }

        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency
        {
            get
            {
                Looks++;
                return TimeSpan.TicksPerSecond;
            }
        }

        public override long GetTimestamp()
        {
            Looks++;
            return Elapsed.Ticks;
        }
    }
}
