using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>Which configuration was in force at each place that the log still holds. One writer, any number of readers without a lock.</summary>
/// <remarks>
/// A list from old to new in which only <see cref="Version.Next"/> is ever written, once. A version is recorded before its frame can be
/// read, and forgotten after the tail has passed all places where it is in force: a reader that finds only later ones is behind the tail.
/// </remarks>
internal sealed class ConfigurationHistory
{
    private Version _oldest;
    private Version _current;

    public ConfigurationHistory() => _oldest = _current = new Version(-1, StreamConfiguration.Empty);

    /// <summary>After everything published so far.</summary>
    public StreamConfiguration Current => Volatile.Read(ref _current).Configuration;

    /// <summary>Writer: takes note of metadata or a sequence header that is about to be appended.</summary>
    public void Record(MediaFrame frame) => Add(frame.Offset, _current.Configuration.With(frame));

    /// <summary>Writer: from the frame on that is about to be appended at an offset, nothing of what was before is in force.</summary>
    public void Restart(long offset) => Add(offset, StreamConfiguration.Empty);

    /// <summary>Writer: forgets what is in force nowhere from the tail on.</summary>
    public void ForgetBefore(long tail)
    {
        while (_oldest.Next is { } next && next.Offset < tail)
        {
            Volatile.Write(ref _oldest, next);
        }
    }

    /// <summary>Finds the configuration that the frames before an offset leave behind.</summary>
    /// <returns>False when it is forgotten, because the tail has passed the offset.</returns>
    public bool TryGetBefore(long offset, [NotNullWhen(true)] out StreamConfiguration? configuration)
    {
        Version version = Volatile.Read(ref _oldest);
        if (version.Offset >= offset)
        {
            configuration = null;
            return false;
        }

        while (Volatile.Read(ref version.Next) is { } next && next.Offset < offset)
        {
            version = next;
        }

        configuration = version.Configuration;
        return true;
    }

    private void Add(long offset, StreamConfiguration configuration)
    {
        if (configuration != _current.Configuration)
        {
            var version = new Version(offset, configuration);
            Volatile.Write(ref _current.Next, version);
            Volatile.Write(ref _current, version);
        }
    }

    private sealed class Version(long offset, StreamConfiguration configuration)
    {
        public Version? Next;

        public long Offset { get; } = offset;

        public StreamConfiguration Configuration { get; } = configuration;
    }
}
