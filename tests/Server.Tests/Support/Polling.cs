using System.Diagnostics;
using System.Text.Json;

namespace MediaServer.Server.Tests.Support;

/// <summary>Asks a server until it answers what is waited for. It is another process: its clock cannot be turned.</summary>
internal static class Polling
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Asks again until the answer is there.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T?>> ask)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            Assert.True(watch.Elapsed < Patience, $"It did not happen within {Patience}.");
            await pace.WaitForNextTickAsync();
        }
    }

    /// <inheritdoc cref="UntilAsync{T}"/>
    public static async Task<JsonElement> UntilAsync(Func<Task<JsonElement?>> ask) =>
        (JsonElement)await UntilAsync(async () => (object?)await ask());

    /// <summary>Gets a list that an answer of the API has.</summary>
    public static async Task<JsonElement[]> GetListAsync(this HttpClient client, string path, string list)
    {
        using var json = JsonDocument.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)));
        return [.. json.RootElement.GetProperty(list).EnumerateArray().Select(element => element.Clone())];
    }
}
