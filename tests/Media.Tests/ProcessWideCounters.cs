namespace MediaServer.Media.Tests;

/// <summary>Tests that look at the counters of <see cref="MediaDiagnostics"/>, or spoil them on purpose: they run alone.</summary>
[CollectionDefinition(nameof(ProcessWideCounters), DisableParallelization = true)]
public class ProcessWideCounters;
