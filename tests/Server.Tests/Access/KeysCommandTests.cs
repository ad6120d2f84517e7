using MediaServer.Hub;
using MediaServer.Server.Access;

namespace MediaServer.Server.Tests.Access;

public sealed class KeysCommandTests : IDisposable
{
    private readonly KeysInFolder _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_made_key_is_shown_once_opens_its_stream_and_is_kept_as_a_hash_that_only_the_owner_reads()
    {
        _keys.Add("live/show");
        string key = _keys.Output.Split('\n')[2].Trim();

        Assert.Equal(26, key.Length);
        Assert.True(_keys.Decide(AccessAction.Publish, "live/show", key).IsAllowed);
        Assert.DoesNotContain(key, File.ReadAllText(_keys.File.FullName), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_keys.File.FullName));
        }

        Assert.Null(_keys.Run("list"));
        Assert.DoesNotContain(key, _keys.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_listed_and_removed_by_their_id()
    {
        _keys.Add("live/show", "--key", "a-key-of-sixteen-or-more");
        _keys.Add("live/*", "--play", "--login");
        Assert.Null(_keys.Run("list"));
        string[] lines = _keys.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^\w{6} +publish +2026-01-01 +no +live/show$", lines[1]);
        Assert.Matches(@"^\w{6} +play +2026-01-01 +yes +live/\*$", lines[2]);

        Assert.Null(_keys.Run("remove", lines[1].Split(' ')[0]));
        _keys.Keys.ReloadIfChanged();

        Assert.False(_keys.Decide(AccessAction.Publish, "live/show", "a-key-of-sixteen-or-more").IsAllowed);
        Assert.False(_keys.Decide(AccessAction.Play, "live/show", key: null).IsAllowed);
    }

    [Theory]
    [InlineData("no key abc", "remove", "abc")]
    [InlineData("keys add PATTERN", "add")]
    [InlineData("needs quotes", "add", "file1", "file2")] // the shell's answer to a bare *
    [InlineData("needs quotes", "add", "live/show", "--key")]
    [InlineData("never chosen", "add", "live/show", "--login", "--key", "a-key-of-sixteen-or-more")]
    [InlineData("keys list", "lists")]
    [InlineData("keys list")]
    [InlineData("16 to 256 characters", "add", "live/show", "--key", "short")]
    [InlineData("16 to 256 characters", "add", "live/show", "--key", "with=what&needs?escapes")]
    [InlineData("a pattern is app/stream", "add", "live/sh ow")]
    [InlineData("a pattern is app/stream", "add", "/")]
    public void What_cannot_be_done_is_explained_and_changes_nothing(string expected, params string[] words)
    {
        Assert.Contains(expected, _keys.Run(words), StringComparison.Ordinal);
        Assert.Empty(_keys.Output);
        Assert.Empty(_keys.File.Read());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"keys":null}""")]
    [InlineData("""{"keys":[{"id":"a","action":"publish","pattern":"*","created":"2026-01-01T00:00:00Z","salt":"AAAA","hash":"AAAA"}]}""")]
    [InlineData("""{"keys":[{"id":"a","action":"dance","pattern":"*","created":"2026-01-01T00:00:00Z","salt":"AAAA","hash":"AAAA"}]}""")]
    [InlineData("""{"keys":[{"id":"a","action":"publish","pattern":"*","created":"2026-01-01T00:00:00Z","salt":"AAAA","hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","loginHash":"AAAA"}]}""")]
    public void A_broken_file_leaves_the_keys_from_before_in_force_and_is_not_written_over(string content)
    {
        _keys.Add("live/show", "--key", "a-key-of-sixteen-or-more");
        File.WriteAllText(_keys.File.FullName, content);

        _keys.Keys.ReloadIfChanged();

        Assert.True(_keys.Decide(AccessAction.Publish, "live/show", "a-key-of-sixteen-or-more").IsAllowed);
        Assert.Contains("keys.json", _keys.Run("add", "live/other"), StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(_keys.File.FullName));
        Assert.Throws<IOException>(_keys.Keys.Open); // but a server does not start with it
    }

    [Fact]
    public void A_file_that_is_gone_takes_no_key_out_of_force()
    {
        _keys.Add("live/show", "--key", "a-key-of-sixteen-or-more");
        File.Delete(_keys.File.FullName);

        _keys.Keys.ReloadIfChanged();

        Assert.True(_keys.Decide(AccessAction.Publish, "live/show", "a-key-of-sixteen-or-more").IsAllowed);
    }

    [Fact]
    public void The_first_key_publishes_everything_and_is_made_once()
    {
        string? key = _keys.Keys.MakeFirst();

        Assert.True(_keys.Decide(AccessAction.Publish, "any/stream", key).IsAllowed);
        Assert.True(_keys.Decide(AccessAction.Play, "any/stream", key: null).IsAllowed);
        Assert.Null(_keys.Keys.MakeFirst());
        _keys.Run("remove", Assert.Single(_keys.File.Read()).Id);
        Assert.Null(_keys.Keys.MakeFirst()); // who removed it does not want another
    }

    [Fact]
    public void Keys_that_are_added_at_the_same_time_are_all_there()
    {
        Parallel.For(0, 8, i => _keys.File.Change(keys => [.. keys, AccessKey.Create(AccessAction.Publish, "*", $"a-key-of-sixteen-{i}", default)]));

        Assert.Equal(8, _keys.File.Read().Length);
    }

    [Fact]
    public void Made_keys_differ()
    {
        Assert.Equal(100, Enumerable.Range(0, 100).Select(_ => AccessKey.Generate()).Distinct().Count());
    }
}
