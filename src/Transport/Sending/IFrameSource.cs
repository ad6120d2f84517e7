using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>
/// Where a connection takes the frames it sends: a subscription, seen from its socket. Called on the connection's loop, inside
/// <see cref="TransportConnection.Flush"/> and closing; each frame that was taken is answered once, by <c>Sent</c> or <see cref="Lost"/>.
/// </summary>
public interface IFrameSource
{
    /// <summary>
    /// Takes the next frames as a run that others get, too: asked for when nothing else is to be sent before. The run and its frames stay
    /// the source's; it is used until the call of <see cref="TransportConnection.Flush"/> returns.
    /// </summary>
    /// <returns>Whether there is one now; else <see cref="TryRead"/> goes on frame by frame.</returns>
    bool TryTakeRun([NotNullWhen(true)] out FrameRun? run)
    {
        run = null;
        return false;
    }

    /// <summary>
    /// Takes the next frame to send. The connection takes over the reference. Answers overtake frames that were read and did not fit: one
    /// that must follow them is written by a later call, when all were <see cref="Sent(MediaFrame)"/> or <see cref="Lost"/>.
    /// </summary>
    /// <returns>Whether there is one now.</returns>
    bool TryRead([MaybeNullWhen(false)] out MediaFrame frame);

    /// <summary>The kernel has the frame's last byte. It may be released already: only its properties mean something.</summary>
    void Sent(MediaFrame frame);

    /// <summary>The kernel has the whole run. One that it took in part is answered frame by frame.</summary>
    void Sent(FrameRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        foreach (MediaFrame frame in run.Frames)
        {
            Sent(frame);
        }
    }

    /// <summary>
    /// A frame that was read will not reach the peer: it left the log while the socket was blocked, or sending ended. Those read after it
    /// are lost with it, so that the source goes on where decoding can; one that was begun is answered when it is finished, after them. Only
    /// the frame's properties mean something.
    /// </summary>
    void Lost(MediaFrame frame);
}
