namespace MediaServer.Load;

/// <summary>Starts the threads of loops.</summary>
internal static class LoopThread
{
    /// <summary>Runs work on a thread of its own; a fault of ours ends the program, and is not waited for in vain.</summary>
    public static Thread Start(string name, Action work)
    {
        var thread = new Thread(() => work()) { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }
}
