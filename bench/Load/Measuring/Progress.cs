namespace MediaServer.Load;

/// <summary>One line on the terminal that says how it goes; nothing where there is no terminal, so that logs stay readable.</summary>
internal sealed class Progress
{
    private const long Period = 250 * Clock.Millisecond;

    private readonly bool _isShown = !Console.IsErrorRedirected;
    private long _next;

    /// <summary>Shows a line in the place of the one before, unless that is quite new.</summary>
    public void Show(Func<string> line)
    {
        if (_isShown && Clock.Now >= _next)
        {
            _next = Clock.Now + Period;
            string text = line();
            int width = Math.Max(20, Console.WindowWidth - 1);
            Console.Error.Write($"\r{(text.Length > width ? text[..width] : text)}\u001b[K");
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (_isShown)
        {
            Console.Error.Write("\r\u001b[K");
        }
    }
}
