using System.Globalization;
using System.Text;

namespace MediaServer.Load;

/// <summary>Draws cost curves as an SVG that needs nothing else, and can be read on light and on dark pages.</summary>
internal static class CostPlot
{
    private const double Width = 760;
    private const double Height = 440;
    private const double Left = 64;
    private const double Right = 24;
    private const double Top = 44;
    private const double Bottom = 56;
    private const double MostPlayers = 3000;

    private static readonly string[] Colors = ["one", "two"];

    /// <summary>Draws the points, and a line for each fit; both axes are logarithmic.</summary>
    public static string Draw(IReadOnlyList<CostCurve> curves)
    {
        double[] costs = [.. curves.SelectMany(curve => curve.Points).Select(point => point.Cost), 1];
        double least = Math.Pow(10, Math.Floor(Math.Log10(costs.Min())));
        double most = Math.Pow(10, Math.Ceiling(Math.Log10(costs.Max())));
        var axis = new CostAxis(least, most);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" role="img" aria-label="CPU seconds of the server per Gbit over the number of players">
            <style>
              text {"{"} font: 13px system-ui, sans-serif; fill: #333; {"}"}
              .grid {"{"} stroke: #8884; {"}"}
              .one {"{"} stroke: #0969da; fill: #0969da; {"}"}
              .two {"{"} stroke: #bc4c00; fill: #bc4c00; {"}"}
              path {"{"} stroke-width: 2; {"}"}
              @media (prefers-color-scheme: dark) {"{"}
                text {"{"} fill: #ddd; {"}"}
                .one {"{"} stroke: #58a6ff; fill: #58a6ff; {"}"}
                .two {"{"} stroke: #f0883e; fill: #f0883e; {"}"}
              {"}"}
            </style>
            """).Append('\n');
        DrawGrid(svg, axis, least, most);
        for (int i = 0; i < curves.Count; i++)
        {
            DrawCurve(svg, axis, curves[i], Colors[i % Colors.Length], i);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawGrid(StringBuilder svg, CostAxis axis, double least, double most)
    {
        for (double cost = least; cost <= most * 1.01; cost *= 10)
        {
            Line(svg, Left, axis.YOf(cost), Width - Right, axis.YOf(cost));
            Label(svg, Left - 8, axis.YOf(cost) + 4, "end", cost.ToString("0.###", CultureInfo.InvariantCulture));
        }

        foreach (int players in Scenarios.CurvePlayers)
        {
            Line(svg, XOf(players), Top, XOf(players), Height - Bottom);
            Label(svg, XOf(players), Height - Bottom + 20, "middle", players.ToString(CultureInfo.InvariantCulture));
        }

        Label(svg, Left + ((Width - Left - Right) / 2), Height - 10, "middle", "players of one stream");
        Label(svg, 8, 18, "start", "CPU seconds of the server per Gbit; points measured, lines fitted");
    }

    private static void DrawCurve(StringBuilder svg, CostAxis axis, CostCurve curve, string color, int index)
    {
        if (curve.Fit is { } fit)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"{color}\" style=\"fill: none\" d=\"");
            for (double players = 1; players <= MostPlayers; players *= 1.08)
            {
                svg.Append(CultureInfo.InvariantCulture, $"{(players == 1 ? 'M' : 'L')}{XOf(players):0.0} {axis.YOf(1 / fit.ThroughputAt(players)):0.0}");
            }

            svg.Append("\"/>\n");
        }

        foreach ((int players, double cost) in curve.Points)
        {
            Point(svg, color, XOf(players), axis.YOf(cost), index);
        }

        double y = Top + 22 + (index * 22);
        Point(svg, color, Width - Right - 92, y - 4, index);
        Label(svg, Width - Right - 80, y, "start", curve.Title);
    }

    // The first is a disc, the second a ring around it: both show where they coincide.
    private static void Point(StringBuilder svg, string color, double x, double y, int index)
    {
        string shape = index == 0 ? "r=\"3.5\"" : "r=\"7\" style=\"fill: none; stroke-width: 2\"";
        svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"{color}\" cx=\"{x:0.0}\" cy=\"{y:0.0}\" {shape}/>\n");
    }

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2) =>
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{x1:0.0}\" y1=\"{y1:0.0}\" x2=\"{x2:0.0}\" y2=\"{y2:0.0}\"/>\n");

    private static void Label(StringBuilder svg, double x, double y, string anchor, string text) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.0}\" y=\"{y:0.0}\" text-anchor=\"{anchor}\">{text}</text>\n");

    private static double XOf(double players) => Left + (Math.Log(players) / Math.Log(MostPlayers) * (Width - Left - Right));

    /// <summary>The axis of costs.</summary>
    private readonly record struct CostAxis(double Least, double Most)
    {
        public double YOf(double cost) => Top + (Math.Log(Most / cost) / Math.Log(Most / Least) * (Height - Top - Bottom));
    }
}
