namespace MediaServer.Server.Reloading;

/// <summary>What tells one content of a file from another without reading it. The default is that of a file that is not there.</summary>
/// <param name="WrittenAt">When it was written last.</param>
/// <param name="LengthBytes">How long it is.</param>
internal readonly record struct FileStamp(DateTime WrittenAt, long LengthBytes)
{
    /// <summary>Looks at a file. Take it before reading: a change in between is then seen the next time.</summary>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        try
        {
            return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
        }
        catch (IOException)
        {
            return default; // gone between two looks
        }
    }
}
