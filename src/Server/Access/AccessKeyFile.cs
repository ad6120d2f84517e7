using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MediaServer.Server.Access;

/// <summary>The file of all keys, <c>keys.json</c> in the data folder; only the server's user may read it.</summary>
internal sealed class AccessKeyFile(string folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2); // a change takes milliseconds
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Where it is.</summary>
    public string FullName { get; } = Path.GetFullPath(Path.Combine(folder, "keys.json"));

    /// <summary>Whether there is one. An empty one means: no keys, on purpose.</summary>
    public bool Exists => File.Exists(FullName);

    /// <summary>Reads all keys; none when there is no file.</summary>
    /// <exception cref="IOException">It cannot be read or makes no sense; the message names it.</exception>
    public AccessKey[] Read()
    {
        try
        {
            AccessKeyList? list = Exists ? JsonSerializer.Deserialize(File.ReadAllBytes(FullName), AccessKeyJson.Default.AccessKeyList) : new([]);
            return list is not null && Array.TrueForAll(list.Keys, IsWhole)
                ? list.Keys
                : throw new IOException($"{FullName}: a key in it is not whole");
        }
        catch (Exception fault) when (fault is JsonException or UnauthorizedAccessException)
        {
            throw new IOException($"{FullName}: {fault.Message}", fault);
        }
    }

    /// <summary>Changes the keys: whoever reads meanwhile sees them before or after, never half of it.</summary>
    /// <exception cref="IOException">The file cannot be read or written, or somebody else changes it right now.</exception>
    public void Change(Func<AccessKey[], AccessKey[]> change)
    {
        string temporary = $"{FullName}.new";
        try
        {
            using FileStream guard = Lock(); // two changes at once would lose one of them
            AccessKey[] keys = change(Read());
            using (FileStream output = Open(temporary))
            {
                output.SetLength(0);
                JsonSerializer.Serialize(output, new AccessKeyList(keys), AccessKeyJson.Default.AccessKeyList);
                output.Flush(flushToDisk: true);
            }

            File.Move(temporary, FullName, overwrite: true);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    private FileStream Lock()
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return Open($"{FullName}.lock");
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(start) < Patience)
            {
                Thread.Sleep(Pause);
            }
        }
    }

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    private static bool IsWhole(AccessKey key) =>
        key is { Id.Length: > 0, Salt.Length: > 0, Hash.Length: SHA256.HashSizeInBytes, LoginHash: null or { Length: MD5.HashSizeInBytes } }
        && AccessKey.TryReadPattern(key.Pattern ?? "", out _, out _);
}

/// <summary>What is in the file.</summary>
internal sealed record AccessKeyList(AccessKey[] Keys);

/// <summary>How the file is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AccessKeyList))]
internal sealed partial class AccessKeyJson : JsonSerializerContext;
