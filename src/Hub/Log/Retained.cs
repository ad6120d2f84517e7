namespace MediaServer.Hub;

/// <summary>What the log answers to whom asks for a frame.</summary>
internal enum Retained
{
    /// <summary>Here it is, with a reference.</summary>
    Taken,

    /// <summary>Not published yet.</summary>
    Empty,

    /// <summary>No longer held; the log's tail has moved past it.</summary>
    Evicted,
}
