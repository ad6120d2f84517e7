using System.Text.Json;
using System.Text.Json.Serialization;

namespace MediaServer.Load;

/// <summary>All runs measured so far, a line each; a run that is measured again takes the place of the one before.</summary>
internal sealed class ResultFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly string _file;
    private readonly List<Figures> _runs = [];

    public ResultFile(string file)
    {
        _file = file;
        if (File.Exists(file))
        {
            _runs.AddRange(File.ReadLines(file).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<Figures>(line, Json)!));
        }
    }

    public IReadOnlyList<Figures> Runs => _runs;

    /// <summary>Adds a run, and writes all of them down.</summary>
    public void Add(Figures run)
    {
        _runs.RemoveAll(older => older.Scenario == run.Scenario && older.Run == run.Run);
        _runs.Add(run);
        string unfinished = _file + ".part";
        File.WriteAllLines(unfinished, _runs.Select(kept => JsonSerializer.Serialize(kept, Json)));
        File.Move(unfinished, _file, overwrite: true);
    }

    /// <summary>The median of a scenario's runs; null when there is none with that figure.</summary>
    public double? MedianOf(string scenario, Func<Figures, double?> figure)
    {
        double[] values = [.. _runs.Where(run => run.Scenario == scenario).Select(figure).OfType<double>().Order()];
        return values.Length == 0 ? null : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
