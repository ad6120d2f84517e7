using System.Diagnostics;
using Xunit.Abstractions;

namespace MediaServer.Fuzz;

/// <summary>Some seconds of what the program does for hours, with a seed that stays.</summary>
public sealed class SmokeTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_121;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void It_stands_whatever_was_a_fault_once_and_what_a_bounded_run_makes_of_it(string name)
    {
        FuzzTarget target = FuzzTargets.All.Single(target => target.Name == name);
        long started = Stopwatch.GetTimestamp();
        try
        {
            var run = new FuzzRun(target, Seed);
            while (run.Inputs < target.SmokeInputs)
            {
                run.Step();
            }

            output.WriteLine($"{run.Inputs} inputs in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, {run.Outcomes} distinct outcomes");
            Assert.True(run.Outcomes > 2, "The target tells nothing apart: its seeds are not understood.");
        }
        catch (FuzzFault fault)
        {
            Assert.Fail(fault.Describe());
        }
    }
}
