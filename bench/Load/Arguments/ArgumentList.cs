using System.Globalization;

namespace MediaServer.Load;

/// <summary>The arguments behind a command: <c>--name value</c>, <c>--name=value</c>, or <c>--name</c> alone.</summary>
/// <remarks>Whoever has asked for all it knows calls <see cref="RejectOthers"/>, so that a misspelt name is an error and not a default.</remarks>
internal sealed class ArgumentList
{
    private readonly Dictionary<string, string?> _values = [];
    private readonly HashSet<string> _known = [];

    /// <exception cref="UsageException">An argument that is no option, or stands there twice.</exception>
    public ArgumentList(params IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
            {
                throw new UsageException($"'{argument}' is no option; they begin with two dashes.");
            }

            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? argument[2..] : argument[2..equals];
            string? value = equals < 0 ? null : argument[(equals + 1)..];
            if (equals < 0 && i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                value = arguments[++i];
            }

            if (!_values.TryAdd(name, value))
            {
                throw new UsageException($"--{name} is there twice.");
            }
        }
    }

    /// <summary>A text; null when it is not there.</summary>
    public string? Text(string name)
    {
        _known.Add(name);
        return !_values.TryGetValue(name, out string? value) ? null
            : !string.IsNullOrEmpty(value) ? value
            : throw new UsageException($"--{name} needs a value.");
    }

    /// <summary>A text that must be there.</summary>
    public string RequiredText(string name) => Text(name) ?? throw new UsageException($"--{name} is missing.");

    /// <summary>An option without a value: whether it is there.</summary>
    public bool Flag(string name)
    {
        _known.Add(name);
        return _values.TryGetValue(name, out string? value)
            && (value is null ? true : throw new UsageException($"--{name} takes no value, and got '{value}'."));
    }

    /// <summary>A whole number within bounds.</summary>
    public int Count(string name, int byDefault, int least, int most)
    {
        double value = Number(name, byDefault, least, most);
        return double.IsInteger(value) ? (int)value : throw new UsageException($"--{name} is a whole number, not {Text(name)}.");
    }

    /// <summary>A number within bounds.</summary>
    public double Number(string name, double byDefault, double least, double most)
    {
        if (Text(name) is not { } text)
        {
            return byDefault;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw new UsageException(FormattableString.Invariant($"--{name} is a number from {least} to {most}, not '{text}'."));
    }

    /// <summary>A time in seconds within bounds.</summary>
    public TimeSpan Seconds(string name, double byDefault, double least, double most) =>
        TimeSpan.FromSeconds(Number(name, byDefault, least, most));

    /// <exception cref="UsageException">There are options that nobody has asked for.</exception>
    public void RejectOthers()
    {
        string[] others = [.. _values.Keys.Where(name => !_known.Contains(name)).Select(name => $"--{name}")];
        if (others.Length > 0)
        {
            throw new UsageException($"{string.Join(", ", others)}: no such option here.");
        }
    }
}
