namespace MediaServer.Media.Tests.Codecs;

public class ParameterSetsTests
{
    [Fact]
    public void Merging_reads_each_identifier_once_however_many_sets_share_one()
    {
        int reads = 0;
        List<ReadOnlyMemory<byte>> known = [.. Enumerable.Repeat(new ReadOnlyMemory<byte>([0]), 64)];
        List<byte[]> news = [.. Enumerable.Range(0, 64).Select(i => (byte[])[1, (byte)i])];

        Assert.True(ParameterSets.TryMerge(known, news, set =>
        {
            reads++;
            return set[0];
        }));

        Assert.Equal(65, known.Count);
        Assert.Equal([1, 63], known[^1].ToArray()); // the last of an identifier counts
        Assert.Equal(128, reads);
    }
}
