using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MediaServer.Server.Api;

/// <summary>Which of many subscribers were asked for.</summary>
/// <param name="Offset">How many to pass.</param>
/// <param name="Limit">How many to show.</param>
/// <param name="FullestFirst">Whether those that lag most come first; otherwise those that have been there longest.</param>
internal sealed record SubscriberPage(int Offset, int Limit, bool FullestFirst)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    /// <summary>Reads the query <c>offset</c>, <c>limit</c> and <c>order</c>.</summary>
    /// <param name="query">The request's query.</param>
    /// <param name="page">What it asks for.</param>
    /// <param name="fault">What is wrong with it, in a sentence.</param>
    public static bool TryParse(IQueryCollection query, [NotNullWhen(true)] out SubscriberPage? page, [NotNullWhen(false)] out string? fault)
    {
        page = null;
        fault = null;
        string order = query["order"].ToString();
        if (!TryRead(query, "offset", 0, 0, int.MaxValue, out int offset))
        {
            fault = "offset is a number from 0.";
        }
        else if (!TryRead(query, "limit", DefaultLimit, 1, MaxLimit, out int limit))
        {
            fault = $"limit is a number from 1 to {MaxLimit}.";
        }
        else if (order is not ("" or "since" or "fill"))
        {
            fault = "order is since or fill.";
        }
        else
        {
            page = new SubscriberPage(offset, limit, order == "fill");
        }

        return page is not null;
    }

    private static bool TryRead(IQueryCollection query, string name, int usual, int least, int most, out int value)
    {
        value = usual;
        return !query.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues text)
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);
    }
}
