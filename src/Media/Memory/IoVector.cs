using System.Runtime.InteropServices;

namespace MediaServer.Media;

/// <summary>A run of bytes in native or pinned memory, laid out as the <c>struct iovec</c> that <c>sendmsg</c> and <c>writev</c> take.</summary>
/// <param name="Address">The first byte.</param>
/// <param name="LengthBytes">How many bytes.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct IoVector(nint Address, nint LengthBytes)
{
    /// <summary>The bytes. Valid only while whoever owns them is held.</summary>
    public unsafe ReadOnlySpan<byte> AsSpan() => new((void*)Address, checked((int)LengthBytes));
}
