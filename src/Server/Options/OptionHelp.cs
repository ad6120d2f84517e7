using System.Globalization;
using System.Reflection;
using System.Xml.Linq;

namespace MediaServer.Server.Options;

/// <summary>The text of <c>--help</c>. What an option means is taken from the documentation of its property, which is shipped beside the code.</summary>
internal static class OptionHelp
{
    private const int Width = 100;

    public static void Write(TextWriter output)
    {
        output.WriteLine(
            """
            mediaserver: takes live streams over RTMP and gives them to everybody who wants them.

            Usage: mediaserver [--Section:Name=value …]
                   mediaserver keys add PATTERN [--play] [--key KEY]
                   mediaserver keys list | keys remove ID
                   mediaserver --help | --version | --healthcheck

            An option can stand in appsettings.json beside the executable, in the environment (MEDIASERVER_Http__Port=8080)
            or on the command line (--Http:Port=8080); the later one wins.
            """);
        foreach (OptionSection section in OptionCatalog.Sections)
        {
            Dictionary<string, string> summaries = ReadSummaries(section.Type.Assembly);
            output.WriteLine();
            foreach (Option option in section.Options)
            {
                output.WriteLine($"  --{option.Name}={Convert.ToString(option.Default, CultureInfo.InvariantCulture)}");
                WriteWrapped(output, summaries.GetValueOrDefault($"P:{section.Type.FullName}.{option.Property.Name}", ""));
            }
        }
    }

    private static Dictionary<string, string> ReadSummaries(Assembly assembly)
    {
        string file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        return !File.Exists(file)
            ? []
            : XDocument.Load(file).Descendants("member").Where(member => member.Element("summary") is not null)
                .ToDictionary(member => member.Attribute("name")!.Value, member => TextOf(member.Element("summary")!));
    }

    private static string TextOf(XElement summary)
    {
        foreach (XElement reference in summary.Descendants("see").ToArray())
        {
            reference.ReplaceWith((reference.Attribute("langword") ?? reference.Attribute("cref"))?.Value.Split('.')[^1]);
        }

        return summary.Value;
    }

    private static void WriteWrapped(TextWriter output, string text)
    {
        string line = "     ";
        foreach (string word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length + word.Length >= Width)
            {
                output.WriteLine(line);
                line = "     ";
            }

            line += $" {word}";
        }

        output.WriteLine(line);
    }
}
