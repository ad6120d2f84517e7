namespace MediaServer.Rtmp;

/// <summary>The parameters that clients hang on names and URLs: <c>key=…&amp;user=…</c>.</summary>
public static class RtmpQuery
{
    /// <summary>Finds a parameter, the first of its name.</summary>
    /// <param name="query">Parameters without a question mark.</param>
    /// <param name="name">The parameter's whole name.</param>
    /// <returns>Its value as sent, not decoded: clients do not agree on encoding. <see langword="null"/> when there is none.</returns>
    public static string? Find(ReadOnlySpan<char> query, ReadOnlySpan<char> name)
    {
        foreach (Range range in query.Split('&'))
        {
            ReadOnlySpan<char> parameter = query[range];
            int equals = parameter.IndexOf('=');
            if (equals >= 0 && parameter[..equals].SequenceEqual(name))
            {
                return parameter[(equals + 1)..].ToString();
            }
        }

        return null;
    }
}
