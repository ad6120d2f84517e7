namespace MediaServer.Fuzz;

/// <summary>Inputs that were a fault once, in <c>tests/Fuzz/Corpus</c>, a folder for each target: tests feed them for good.</summary>
internal static class Corpus
{
    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    private static string Folder => Path.Combine(Root, "tests", "Fuzz", "Corpus");

    /// <summary>A target's inputs, in the order of their names.</summary>
    public static IEnumerable<byte[]> Load(string target)
    {
        var folder = new DirectoryInfo(Path.Combine(Folder, target));
        return folder.Exists
            ? folder.EnumerateFiles("*.bin").OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => File.ReadAllBytes(file.FullName))
            : [];
    }

    /// <summary>Keeps an input.</summary>
    /// <returns>The file.</returns>
    public static string Save(string target, string name, byte[] input)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, target)).FullName, $"{name}.bin");
        File.WriteAllBytes(path, input);
        return path;
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MediaServer.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("MediaServer.sln is not above the program's folder.");
    }
}
