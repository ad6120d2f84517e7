using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MediaServer.Server.Access;

/// <summary>The two digests of Adobe authentication. What they are made of is fixed by the encoders that speak it.</summary>
[SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "Encoders know no other; docs/adr/0006 says what it is good for.")]
internal static class LoginDigest
{
    /// <summary>
    /// The salt that every user is given. One for all tells nobody which users there are; and passwords are made keys, of which no two are
    /// the same.
    /// </summary>
    public const string Salt = "mediaserver";

    /// <summary>What is kept of a password: MD5 of user, salt and password. Whoever has it can log in.</summary>
    public static byte[] HashOf(string user, string password) => MD5.HashData(Encoding.UTF8.GetBytes(user + Salt + password));

    /// <summary>What proves that one has the password.</summary>
    /// <param name="hash">As of <see cref="HashOf"/>.</param>
    /// <param name="serverChallenge">What the server asked with.</param>
    /// <param name="clientChallenge">What the encoder added.</param>
    public static string Respond(byte[] hash, string serverChallenge, string clientChallenge) =>
        Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(Convert.ToBase64String(hash) + serverChallenge + clientChallenge)));
}
