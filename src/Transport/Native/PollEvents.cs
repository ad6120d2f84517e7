namespace MediaServer.Transport;

/// <summary>What epoll watches for and reports (<c>EPOLLIN</c> and so on).</summary>
[Flags]
internal enum PollEvents : uint
{
    None = 0,
    Readable = 0x1,
    Writable = 0x4,
    Error = 0x8,
    HungUp = 0x10,
    PeerFinished = 0x2000, // EPOLLRDHUP: FIN
    EdgeTriggered = 0x8000_0000,
}
