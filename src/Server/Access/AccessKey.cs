using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Server.Access;

/// <summary>
/// A key that lets its owner publish, or play, the streams that a pattern names. The key itself is not in here: only its salted hash
/// (docs/adr/0006).
/// </summary>
internal sealed record AccessKey
{
    /// <summary>The least characters of a key that a user chose.</summary>
    public const int MinLength = 16;

    private const int MaxLength = 256;
    private const int MaxPatternLength = 1024;
    private const int SaltBytes = 16;
    private const string Everything = "*";
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789"; // 32, and none that looks like another: 5 bits each
    private const int GeneratedLength = 26;                            // 130 bits
    private const int IdLength = 6;

    // What needs no escape in a URL, so that it does not matter which client escapes what.
    private static readonly SearchValues<char> OfKeys =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-");

    private static readonly SearchValues<char> OfPatterns =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/*");

    /// <summary>Its name, which is no secret.</summary>
    public required string Id { get; init; }

    /// <summary>What it lets its owner do.</summary>
    public required AccessAction Action { get; init; }

    /// <summary>The streams: <c>app/stream</c>, where a <c>*</c> stands for any characters, slashes included.</summary>
    public required string Pattern { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>What stands before the key when it is hashed.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>SHA-256 of salt and key.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>What a login is checked against (<see cref="LoginDigest.HashOf"/>); <see langword="null"/> when one cannot log in with the key.</summary>
    public byte[]? LoginHash { get; init; }

    /// <summary>A new key that nobody can guess.</summary>
    public static string Generate() => RandomNumberGenerator.GetString(Letters, GeneratedLength);

    /// <summary>Makes the entry of a key.</summary>
    /// <param name="action">What it is for.</param>
    /// <param name="pattern">A pattern as <see cref="TryReadPattern"/> gives it.</param>
    /// <param name="key">The key.</param>
    /// <param name="now">The time.</param>
    /// <param name="canLogIn">Whether encoders can log in with it; only for keys that nobody can guess (docs/adr/0006).</param>
    public static AccessKey Create(AccessAction action, string pattern, string key, DateTimeOffset now, bool canLogIn = false)
    {
        string id = RandomNumberGenerator.GetString(Letters, IdLength);
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new AccessKey
        {
            Id = id,
            Action = action,
            Pattern = pattern,
            Created = now,
            Salt = salt,
            Hash = HashOf(salt, key),
            LoginHash = canLogIn ? LoginDigest.HashOf(id, key) : null,
        };
    }

    /// <summary>Reads a pattern as users write it. Without a slash it is of the app <c>live</c>, as a stream's name is; <c>*</c> alone is everything.</summary>
    public static bool TryReadPattern(string text, out string pattern, [NotNullWhen(false)] out string? fault)
    {
        pattern = text.Trim('/');
        if (pattern.Length is 0 or > MaxPatternLength || pattern.AsSpan().ContainsAnyExcept(OfPatterns))
        {
            fault = "a pattern is app/stream, of A-Z a-z 0-9 . _ - and * for any characters, such as live/show, 'live/*' or '*'";
            return false;
        }

        if (pattern != Everything && !pattern.Contains('/', StringComparison.Ordinal))
        {
            pattern = $"live/{pattern}";
        }

        fault = null;
        return true;
    }

    /// <summary>Judges a key that a user chose.</summary>
    /// <returns>Why it cannot be taken; <see langword="null"/> when it can.</returns>
    public static string? FindFault(string key) =>
        key.Length is < MinLength or > MaxLength || key.AsSpan().ContainsAnyExcept(OfKeys)
            ? $"a key has {MinLength} to {MaxLength} characters of A-Z a-z 0-9 . _ ~ -; without --key a good one is made"
            : null;

    /// <summary>Whether the stream is one that this key is for.</summary>
    public bool Covers(AccessAction action, StreamKey stream) =>
        Action == action && FileSystemName.MatchesSimpleExpression(Pattern, stream.ToString(), ignoreCase: false);

    /// <summary>Whether this is the key, found out in the same time whether it is or not.</summary>
    public bool IsOpenedBy(string key) => key.Length <= MaxLength && CryptographicOperations.FixedTimeEquals(HashOf(Salt, key), Hash);

    private static byte[] HashOf(byte[] salt, string key) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(key)]);
}
