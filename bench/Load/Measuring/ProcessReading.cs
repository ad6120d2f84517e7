using System.Globalization;

namespace MediaServer.Load;

/// <summary>What the kernel says of a process and all its descendants, at one moment.</summary>
/// <param name="UserSeconds">CPU time in user space; steps of 10 ms.</param>
/// <param name="SystemSeconds">CPU time in the kernel. What it does for a socket outside a call is charged to whoever runs at that moment.</param>
/// <param name="ResidentBytes">Memory. Pages that processes share count in each.</param>
/// <param name="Threads">Threads.</param>
internal sealed record ProcessReading(double UserSeconds, double SystemSeconds, long ResidentBytes, int Threads)
{
    private const double TicksPerSecond = 100; // USER_HZ: the same on every Linux
    private const int Parent = 1;              // fields of /proc/PID/stat, from behind the name
    private const int UserTime = 11;
    private const int SystemTime = 12;
    private const int ThreadCount = 17;
    private const int ResidentPages = 21;

    public double CpuSeconds => UserSeconds + SystemSeconds;

    /// <summary>Reads the process's family.</summary>
    /// <returns>The sums, or null when the process is gone.</returns>
    public static ProcessReading? Of(int process)
    {
        var statistics = new Dictionary<int, string[]>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && Read(id) is { } fields)
            {
                statistics[id] = fields;
            }
        }

        if (!statistics.ContainsKey(process))
        {
            return null;
        }

        var sum = new ProcessReading(0, 0, 0, 0);
        foreach ((int id, string[] fields) in statistics)
        {
            if (BelongsTo(process, id, statistics))
            {
                sum = new ProcessReading(
                    sum.UserSeconds + (Number(fields[UserTime]) / TicksPerSecond),
                    sum.SystemSeconds + (Number(fields[SystemTime]) / TicksPerSecond),
                    sum.ResidentBytes + (Number(fields[ResidentPages]) * Environment.SystemPageSize),
                    sum.Threads + (int)Number(fields[ThreadCount]));
            }
        }

        return sum;
    }

    /// <summary>CPU seconds that all processes of the machine have used.</summary>
    public static double OfMachine()
    {
        const int Idle = 3;
        const int Waiting = 4;
        long[] times = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(Number)];
        return (times.Sum() - times[Idle] - times[Waiting]) / TicksPerSecond;
    }

    private static bool BelongsTo(int family, int process, Dictionary<int, string[]> statistics)
    {
        while (process != family)
        {
            if (!statistics.TryGetValue(process, out string[]? fields))
            {
                return false;
            }

            process = (int)Number(fields[Parent]);
        }

        return true;
    }

    private static string[]? Read(int process)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' '); // the name before may hold anything
        }
        catch (IOException)
        {
            return null; // it has just ended
        }
        catch (UnauthorizedAccessException)
        {
            return null; // or hides
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
