using System.Runtime.CompilerServices;

namespace MediaServer.Transport;

/// <summary>Awaited to go on on a loop; see <see cref="EventLoop.SwitchTo"/> and <see cref="EventLoop.Yield"/>.</summary>
public readonly struct LoopSwitch : ICriticalNotifyCompletion
{
    private readonly EventLoop _loop;
    private readonly bool _always;

    internal LoopSwitch(EventLoop loop, bool always)
    {
        _loop = loop;
        _always = always;
    }

    /// <summary>Whether the caller is there already.</summary>
    public bool IsCompleted => !_always && _loop.IsCurrent;

    /// <summary>Itself.</summary>
    public LoopSwitch GetAwaiter() => this;

    /// <summary>Nothing to get.</summary>
    public void GetResult()
    {
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => _loop.Post(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _loop.Post(continuation);
}
