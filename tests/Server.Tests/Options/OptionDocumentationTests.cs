using System.Globalization;
using System.Text.RegularExpressions;
using MediaServer.Server.Options;

namespace MediaServer.Server.Tests.Options;

public partial class OptionDocumentationTests
{
    private static readonly Dictionary<string, string> OfEachMachine = new() { ["Transport:Loops"] = "processors", ["Transport:ManagedOnly"] = "false" };

    [Fact]
    public void The_documented_options_and_the_real_ones_are_the_same_with_the_same_defaults()
    {
        string[] documented = [.. Row().Matches(File.ReadAllText(Path.Combine(DocumentationTests.FindRoot(), "docs", "operations.md")))
            .Select(row => $"{row.Groups["name"].Value} = {row.Groups["value"].Value}")];
        string[] real = [.. OptionCatalog.All.Select(option => $"{option.Name} = {OfEachMachine.GetValueOrDefault(option.Name, Show(option.Default))}")];

        Assert.Equal(real.Order(), documented.Order());
    }

    [Fact]
    public void The_shipped_settings_are_the_defaults()
    {
        var faults = new List<string>();
        Microsoft.Extensions.Configuration.IConfigurationRoot? shipped =
            Server.Startup.ServerConfiguration.TryBuild(new Dictionary<string, string?>(), faults);

        Assert.Empty(faults);
        Assert.NotNull(shipped);
        Assert.All(
            OptionCatalog.All.Where(option => shipped[option.Name] is not null),
            option => Assert.Equal(Show(option.Default), shipped[option.Name], ignoreCase: true));
    }

    [Fact]
    public void The_help_explains_every_option()
    {
        using var help = new StringWriter(CultureInfo.InvariantCulture);
        OptionHelp.Write(help);
        string[] lines = help.ToString().Split('\n');

        Assert.All(OptionCatalog.All, option =>
        {
            int line = Array.FindIndex(lines, text => text.StartsWith($"  --{option.Name}=", StringComparison.Ordinal));
            Assert.True(line >= 0, $"--help does not list {option.Name}");
            Assert.True(lines[line + 1].Trim().Length > 10, $"--help does not explain {option.Name}");
        });
    }

    // | `Http:Port` | `8080` | … |
    [GeneratedRegex(@"^\| `(?<name>[A-Z]\w+:\w+)` \| (?:`(?<value>[^`]+)`|none) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    private static string Show(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
