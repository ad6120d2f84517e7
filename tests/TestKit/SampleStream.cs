using System.Buffers;
using MediaServer.Media;

namespace MediaServer.TestKit;

/// <summary>The files of <c>sample-streams/</c>; its README says what each one shows.</summary>
public static class SampleStream
{
    /// <summary>The folder.</summary>
    public static string Folder { get; } = FindFolder();

    /// <summary>The whole file.</summary>
    /// <param name="name">Its name, such as <c>bframes.flv</c>.</param>
    public static byte[] ReadBytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    /// <summary>All its tags, in order.</summary>
    /// <exception cref="InvalidDataException">It is no whole FLV file.</exception>
    public static IReadOnlyList<FlvTag> ReadTags(string name)
    {
        var rest = new ReadOnlySequence<byte>(ReadBytes(name));
        var reader = new FlvReader();
        var tags = new List<FlvTag>();
        while (reader.Read(ref rest, out FlvTag tag) == OperationStatus.Done)
        {
            tags.Add(tag);
        }

        return rest.Length == 4 ? tags : throw new InvalidDataException($"{name} {reader.Fault ?? "ends in the middle of a tag"}.");
    }

    private static string FindFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MediaServer.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("MediaServer.sln is not above the test's folder."), "sample-streams");
    }
}
