namespace MediaServer.Rtmp;

/// <summary>What a player wants of the stream that it plays, and the answers when it changes its mind (RTMP 1.0 §7.2.2).</summary>
internal sealed class PlayControls(ChunkWriter writer)
{
    private bool _isPlaying;

    /// <summary>What the player wants of the stream that is playing has changed.</summary>
    public event Action? Changed;

    /// <summary>Whether it wants nothing for now.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether it wants audio.</summary>
    public bool WantsAudio { get; private set; } = true;

    /// <summary>Whether it wants video.</summary>
    public bool WantsVideo { get; private set; } = true;

    /// <summary>It begins to play, with what it said it wants.</summary>
    public void Begin() => _isPlaying = true;

    /// <summary>It does not play any more; the next time it wants everything again.</summary>
    public void Reset()
    {
        _isPlaying = false;
        IsPaused = false;
        WantsAudio = true;
        WantsVideo = true;
    }

    /// <summary>Handles a command.</summary>
    /// <returns>Whether it was one that controls playing.</returns>
    public bool TryHandle(uint messageStreamId, RtmpCommand command)
    {
        switch (command.Name)
        {
            case "pause" or "pauseRaw":
                Pause(messageStreamId, command[1].IsTrue);
                return true;
            case "receiveAudio":
                Receive(messageStreamId, audio: command[1].IsTrue, WantsVideo);
                return true;
            case "receiveVideo":
                Receive(messageStreamId, WantsAudio, video: command[1].IsTrue);
                return true;
            case "seek":
                Seek(messageStreamId);
                return true;
            default:
                return false;
        }
    }

    // §7.2.2.9. The user control message is what librtmp goes by.
    private void Pause(uint messageStreamId, bool isPaused)
    {
        writer.WriteStatus(
            messageStreamId, "status", isPaused ? "NetStream.Pause.Notify" : "NetStream.Unpause.Notify", isPaused ? "Paused." : "Live.");
        if (_isPlaying && isPaused != IsPaused)
        {
            writer.WriteUserControl(isPaused ? UserControlEvent.StreamEnd : UserControlEvent.StreamBegin, messageStreamId);
            IsPaused = isPaused;
            Changed?.Invoke();
        }
    }

    // §7.2.2.4 and §7.2.2.5. What is turned on is answered, what is turned off is not.
    private void Receive(uint messageStreamId, bool audio, bool video)
    {
        bool isMore = (audio && !WantsAudio) || (video && !WantsVideo);
        bool isChanged = audio != WantsAudio || video != WantsVideo;
        WantsAudio = audio;
        WantsVideo = video;
        if (!_isPlaying || !isChanged)
        {
            return;
        }

        if (isMore)
        {
            Seek(messageStreamId);
            writer.WriteStatus(messageStreamId, "status", "NetStream.Play.Start", "Playing.");
        }

        Changed?.Invoke();
    }

    // §7.2.2.8. A live stream goes on where it is, but ffmpeg and librtmp drop everything that comes until they are told that it was sought.
    private void Seek(uint messageStreamId) => writer.WriteStatus(messageStreamId, "status", "NetStream.Seek.Notify", "Live.");
}
