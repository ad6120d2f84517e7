namespace MediaServer.Hls.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mediaserver-hls-").FullName;

    public string Write(string name, params IEnumerable<byte[]> parts)
    {
        string file = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(file, [.. parts.SelectMany(part => part)]);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
