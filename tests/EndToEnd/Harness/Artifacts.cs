namespace MediaServer.EndToEnd.Harness;

/// <summary>What a run leaves behind to look at: logs, recordings, screenshots. In <c>artifacts/end-to-end</c> of the repository.</summary>
internal static class Artifacts
{
    /// <summary>The folder that the solution is in.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    private static string Folder { get; } = Directory.CreateDirectory(Path.Combine(RepositoryRoot, "artifacts", "end-to-end")).FullName;

    /// <summary>A file's path there. An older file of that name is deleted.</summary>
    public static string PathOf(string name)
    {
        string path = Path.Combine(Folder, name);
        File.Delete(path);
        return path;
    }

    private static string FindRoot()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "MediaServer.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        return root ?? AppContext.BaseDirectory;
    }
}
