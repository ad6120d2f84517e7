using System.Globalization;
using MediaServer.Hub;

namespace MediaServer.Server.Access;

/// <summary><c>mediaserver keys</c>: who may publish and play, changed while the server runs.</summary>
internal sealed class KeysCommand(AccessKeyFile file, TimeProvider time, TextWriter output)
{
    private const string Usage = "mediaserver keys add PATTERN [--play] [--login | --key KEY] | keys list | keys remove ID";

    /// <summary>Does what the words behind <c>keys</c> say.</summary>
    /// <returns>What is wrong; <see langword="null"/> when it is done.</returns>
    public string? Run(IReadOnlyList<string> words)
    {
        try
        {
            return words switch
            {
                ["list"] => List(),
                ["remove", var id] => Remove(id),
                ["add", ..] => Add([.. words.Skip(1)]),
                _ => Usage,
            };
        }
        catch (IOException fault)
        {
            return fault.Message;
        }
    }

    private string? Add(List<string> words)
    {
        AccessAction action = words.Remove("--play") ? AccessAction.Play : AccessAction.Publish;
        bool canLogIn = words.Remove("--login");
        string? key = null;
        int option = words.IndexOf("--key");
        if (option >= 0 && option + 1 < words.Count)
        {
            key = words[option + 1];
            words.RemoveRange(option, 2);
        }

        if (words is not [var text])
        {
            return $"{Usage} (one pattern; the shell needs quotes around a *)";
        }

        if (!AccessKey.TryReadPattern(text, out string pattern, out string? fault) || (key is not null && (fault = AccessKey.FindFault(key)) is not null))
        {
            return fault;
        }

        if (canLogIn && key is not null)
        {
            return "a key to log in with is always made, never chosen: what is kept for the login would let others guess a chosen one";
        }

        key ??= AccessKey.Generate();
        var entry = AccessKey.Create(action, pattern, key, time.GetUtcNow(), canLogIn);
        file.Change(keys => [.. keys, entry]);
        output.WriteLine($"Key {entry.Id} may {Word(action)} {pattern}. It is kept as a hash only, so note it now:");
        output.WriteLine();
        output.WriteLine($"  {key}");
        output.WriteLine();
        output.WriteLine(action == AccessAction.Publish
            ? $"In OBS: stream key NAME?key={key}"
            : $"To play: rtmp://HOST/{pattern}?key={key} or http://HOST:PORT/{pattern}.flv?key={key}. Without a key nobody plays {pattern} any more.");
        if (canLogIn)
        {
            output.WriteLine($"To log in (Ingest:AskForLogin): user {entry.Id}, and the key as password");
        }

        return null;
    }

    private string? List()
    {
        AccessKey[] keys = file.Read();
        output.WriteLine($"{"ID",-8} {"MAY",-8} {"CREATED",-11} {"LOGIN",-6} STREAMS");
        foreach (AccessKey key in keys)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{key.Id,-8} {Word(key.Action),-8} {key.Created.UtcDateTime,-11:yyyy-MM-dd} {(key.LoginHash is null ? "no" : "yes"),-6} {key.Pattern}"));
        }

        if (keys.Length == 0)
        {
            output.WriteLine("None: only the server's own machine may publish, and everybody may play.");
        }

        return null;
    }

    private string? Remove(string id)
    {
        bool found = false;
        file.Change(keys =>
        {
            AccessKey[] rest = [.. keys.Where(key => key.Id != id)];
            found = rest.Length < keys.Length;
            return rest;
        });
        if (!found)
        {
            return $"there is no key {id} (\"mediaserver keys list\" shows them)";
        }

        output.WriteLine($"Key {id} is removed. Who publishes or plays with it now goes on until the connection ends.");
        return null;
    }

    private static string Word(AccessAction action) => action == AccessAction.Publish ? "publish" : "play";
}
