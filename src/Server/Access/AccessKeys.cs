using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Server.Reloading;

namespace MediaServer.Server.Access;

/// <summary>The keys in force: those of the file as it was last when it made sense. Thread-safe.</summary>
internal sealed class AccessKeys(AccessKeyFile file, TimeProvider time, ILogger<AccessKeys> logger) : IReloadable
{
    private volatile AccessKey[] _keys = [];
    private FileStamp _stamp;

    /// <summary>Those of the keys that are for this.</summary>
    public IEnumerable<AccessKey> Find(AccessAction action, StreamKey stream) => _keys.Where(key => key.Covers(action, stream));

    /// <summary>What a login as this user is checked against; <see langword="null"/> when nobody can log in as it.</summary>
    /// <param name="user">The id of a key.</param>
    public byte[]? FindLogin(string user) => Array.Find(_keys, key => key.Id == user)?.LoginHash;

    public void Open()
    {
        _stamp = FileStamp.Of(file.FullName);
        _keys = file.Read();
    }

    public void ReloadIfChanged()
    {
        FileStamp stamp = FileStamp.Of(file.FullName);
        if (stamp == _stamp)
        {
            return;
        }

        _stamp = stamp;
        try
        {
            AccessKey[] keys = stamp == default ? throw new IOException($"{file.FullName} is gone") : file.Read();
            _keys = keys;
            logger.KeysReloaded(keys.Length);
        }
        catch (IOException fault)
        {
            logger.KeysNotReloaded(fault.Message, _keys.Length);
        }
    }

    /// <summary>Makes a key to publish everything when there is no file of keys yet, and puts it in force.</summary>
    /// <returns>The key, which is kept nowhere; <see langword="null"/> when there is a file.</returns>
    public string? MakeFirst()
    {
        if (file.Exists)
        {
            return null;
        }

        string key = AccessKey.Generate();
        file.Change(keys => [.. keys, AccessKey.Create(AccessAction.Publish, "*", key, time.GetUtcNow())]);
        Open();
        return key;
    }
}
