using System.Reflection;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using MediaServer.Micro;

// dotnet run -c Release --project bench/Micro -- [--filter PATTERN] [BenchmarkDotNet's other options]
Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly())
    .Run(args.Length == 0 ? ["--filter", "*"] : args, new BudgetConfig())];

return BudgetReport.Write(summaries, Console.Out) ? 0 : 1;
