using System.Diagnostics;
using System.Globalization;

namespace MediaServer.Fuzz;

/// <summary>The command for hours of it. See README.md.</summary>
internal static class Program
{
    private const string Usage = "usage: dotnet run -c Release --project tests/Fuzz -- TARGET|all [--seconds N] [--seed N] [--file PATH]";

    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(10);

    public static int Main(string[] arguments)
    {
        if (!TryRead(arguments, out FuzzTarget[] targets, out double seconds, out int seed, out string? file))
        {
            Console.Error.WriteLine(Usage);
            Console.Error.WriteLine($"targets: {string.Join(' ', FuzzTargets.All.Select(target => target.Name))}");
            return 2;
        }

        try
        {
            foreach (FuzzTarget target in targets)
            {
                if (file is null)
                {
                    Attack(target, TimeSpan.FromSeconds(seconds / targets.Length), seed);
                }
                else
                {
                    new FuzzRun(target, seed).Feed(file.EndsWith(".last", StringComparison.Ordinal) ? LastInput.Recover(file) : File.ReadAllBytes(file));
                    Console.WriteLine($"{target} stands {file}.");
                }
            }

            return 0;
        }
        catch (FuzzFault fault)
        {
            Console.Error.WriteLine(fault.Describe());
            return 1;
        }
    }

    private static void Attack(FuzzTarget target, TimeSpan time, int seed)
    {
        string lastPath = Path.Combine(Directory.CreateDirectory(Path.Combine(Corpus.Root, "artifacts", "fuzz")).FullName, $"{target}-{seed}.last");
        using (var last = new LastInput(lastPath))
        {
            long started = Stopwatch.GetTimestamp();
            FuzzRun? run = null;
            using var watch = new Watch(() => Show(target, run, Stopwatch.GetElapsedTime(started)), () => run?.Inputs ?? 0, HangLimit, lastPath);
            try
            {
                run = new FuzzRun(target, seed, last);
                while (Stopwatch.GetElapsedTime(started) < time)
                {
                    run.Step();
                }
            }
            catch (FuzzFault fault)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"seed-{seed}-input-{run?.Inputs ?? 0}");
                Console.Error.WriteLine($"saved: {Corpus.Save(target.Name, name, fault.Input)}");
                throw;
            }

            Show(target, run, Stopwatch.GetElapsedTime(started));
        }

        File.Delete(lastPath);
    }

    private static void Show(FuzzTarget target, FuzzRun? run, TimeSpan elapsed) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{target}: {elapsed.TotalSeconds:0} s, {run?.Inputs ?? 0} inputs, {(run?.Inputs ?? 0) / elapsed.TotalSeconds:0}/s, {run?.Outcomes ?? 0} distinct outcomes, {Environment.WorkingSet >> 20} MiB"));

    private static bool TryRead(string[] arguments, out FuzzTarget[] targets, out double seconds, out int seed, out string? file)
    {
        seconds = double.PositiveInfinity;
        seed = Environment.TickCount;
        file = null;
        targets = arguments is ["all", ..] ? [.. FuzzTargets.All] : [.. FuzzTargets.All.Where(target => arguments is [string name, ..] && name == target.Name)];
        for (int i = 1; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            bool isUnderstood = arguments[i] switch
            {
                "--seconds" => double.TryParse(value, CultureInfo.InvariantCulture, out seconds) && seconds > 0,
                "--seed" => int.TryParse(value, CultureInfo.InvariantCulture, out seed),
                "--file" => File.Exists(file = value),
                _ => false,
            };
            if (!isUnderstood)
            {
                return false;
            }
        }

        return targets.Length > 0 && (targets.Length == 1 || double.IsFinite(seconds) || file is not null);
    }
}
