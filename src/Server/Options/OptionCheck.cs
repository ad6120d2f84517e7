using System.ComponentModel.DataAnnotations;
using MediaServer.Playback;

namespace MediaServer.Server.Options;

/// <summary>Checks the whole configuration before anything starts, so that all that is wrong can be named at once.</summary>
internal static class OptionCheck
{
    private const int SimilarDistance = 3;

    /// <summary>Everything wrong with the configuration, a sentence each that begins with the option's name. Empty when it is right.</summary>
    public static IReadOnlyList<string> FindFaults(IConfiguration configuration)
    {
        List<string> faults = [.. FindUnknown(configuration)];
        foreach (OptionSection section in OptionCatalog.Sections)
        {
            IConfigurationSection values = configuration.GetSection(section.Name);
            int unreadable = faults.Count;
            faults.AddRange(section.Options.Select(option => FindUnreadable(option, values)).OfType<string>());
            if (faults.Count == unreadable)
            {
                faults.AddRange(FindInvalid(section, values));
            }
        }

        return faults;
    }

    private static IEnumerable<string> FindUnknown(IConfiguration configuration)
    {
        var known = OptionCatalog.All.Select(option => option.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string? value) in configuration.AsEnumerable())
        {
            // Of a list option, the name goes on with an index. A variable without a section is not meant for us.
            string option = string.Join(':', name.Split(':').Take(2));
            if (value is not null && name.Contains(':', StringComparison.Ordinal) && !known.Contains(option))
            {
                string? similar = known.FirstOrDefault(candidate => Distance(candidate, name) <= SimilarDistance);
                yield return $"{name}: there is no such option{(similar is null ? " (--help lists them)" : $"; did you mean {similar}?")}";
            }
        }
    }

    private static string? FindUnreadable(Option option, IConfigurationSection values)
    {
        try
        {
            values.GetValue(option.Property.PropertyType, option.Property.Name);
            return null;
        }
        catch (InvalidOperationException)
        {
            return $"{option.Name}: '{values[option.Property.Name]}' is not {Expected(option.Property.PropertyType)}";
        }
    }

    private static string Expected(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) => "a whole number in its range",
        _ when type == typeof(TimeSpan) => "a time such as 00:00:10",
        _ when type == typeof(PlayerPolicy) => $"one of {PlayerPolicy.Words}",
        _ when type == typeof(FlushInterval) || type == typeof(FlushInterval?) => "adaptive, or a time from 0 to 5s such as 350ms",
        { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ => $"a {type.Name}",
    };

    private static IEnumerable<string> FindInvalid(OptionSection section, IConfigurationSection values)
    {
        object instance = Activator.CreateInstance(section.Type)!;
        values.Bind(instance);
        var results = new List<ValidationResult>();
        foreach (Option option in section.Options)
        {
            var context = new ValidationContext(instance) { MemberName = option.Property.Name, DisplayName = option.Property.Name };
            Validator.TryValidateProperty(option.Property.GetValue(instance), context, results);
        }

        if (results.Count == 0 && instance is IValidatableObject whole)
        {
            results.AddRange(whole.Validate(new ValidationContext(instance)));
        }

        return results.Select(result => $"{section.Name}:{result.MemberNames.FirstOrDefault()}: {result.ErrorMessage}");
    }

    // Levenshtein's: how many letters have to be typed, deleted or replaced to make one name of the other.
    private static int Distance(string left, string right)
    {
        int[] previous = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 0; i < left.Length; i++)
        {
            int[] current = new int[right.Length + 1];
            current[0] = i + 1;
            for (int j = 0; j < right.Length; j++)
            {
                int replaced = previous[j] + (char.ToUpperInvariant(left[i]) == char.ToUpperInvariant(right[j]) ? 0 : 1);
                current[j + 1] = Math.Min(replaced, Math.Min(previous[j + 1], current[j]) + 1);
            }

            previous = current;
        }

        return previous[^1];
    }
}
