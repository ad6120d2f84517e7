using System.IO.MemoryMappedFiles;

namespace MediaServer.Fuzz;

/// <summary>The input that is being fed, in a file that outlives the process: a stack overflow leaves nobody behind to save it.</summary>
internal sealed class LastInput : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public LastInput(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, sizeof(int) + Mutator.MaxBytes);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>Writes the length as a 32-bit little-endian number, then the bytes.</summary>
    public void Keep(byte[] input)
    {
        int length = Math.Min(input.Length, Mutator.MaxBytes);
        _view.WriteArray(sizeof(int), input, 0, length);
        _view.Write(0, length);
    }

    /// <summary>Reads what a process that died left behind.</summary>
    public static byte[] Recover(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        return file.AsSpan(sizeof(int), BitConverter.ToInt32(file)).ToArray();
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
