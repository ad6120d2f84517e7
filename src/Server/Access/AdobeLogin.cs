using System.Net;
using System.Security.Cryptography;
using System.Text;
using MediaServer.Ingest;
using MediaServer.Rtmp;

namespace MediaServer.Server.Access;

/// <summary>
/// The login of encoders that have a user and a password (<c>authmod=adobe</c>). Each step is a connection of its own, refused with what
/// the next one has to bring in its query: that a login is needed, then the server's challenge to a user, then nothing any more.
/// Thread-safe.
/// </summary>
/// <remarks>
/// Nothing is kept between the steps: the challenge to a user is the same for <see cref="Window"/>, and can be made again. It is sent as
/// <c>challenge</c> and as <c>opaque</c>, because encoders do not agree on which of the two goes into the response, nor whether they send
/// <c>opaque</c> back. The user is the id of a key, and the password the key.
/// </remarks>
internal sealed class AdobeLogin(AccessKeys keys, FailureLimit failures, TimeProvider time)
{
    private const string Adobe = "[ AccessManager.Reject ] : [ authmod=adobe ] : "; // encoders end the name at the blank
    private const string NeedLogin = "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";
    private const string Failed = $"{Adobe}?reason=authfailed&opaque=-";
    private const int MaxUserLength = 64; // some encoders have 300 bytes for the whole challenge
    private const int ChallengeBytes = 16;

    /// <summary>A challenge can be answered for as long as this, and at most twice as long. The answer follows at once.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly byte[] _nobody = RandomNumberGenerator.GetBytes(MD5.HashSizeInBytes); // an unknown user costs what a known one does

    /// <inheritdoc cref="EncoderLogin"/>
    public LoginAnswer Answer(string query, IPAddress address)
    {
        IPAddress peer = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(peer) || RtmpQuery.Find(query, "key") is not null)
        {
            return LoginAnswer.Accept(); // it needs no key, or shows one when it publishes or plays
        }

        if (RtmpQuery.Find(query, "authmod") != "adobe" || RtmpQuery.Find(query, "user") is not { Length: > 0 and <= MaxUserLength } user)
        {
            return LoginAnswer.Ask(NeedLogin);
        }

        long window = time.GetElapsedTime(0).Ticks / Window.Ticks;
        if (RtmpQuery.Find(query, "response") is not { } response || RtmpQuery.Find(query, "challenge") is not { } challenge)
        {
            string asked = ChallengeTo(user, window);
            return LoginAnswer.Ask($"{Adobe}?reason=needauth&user={user}&salt={LoginDigest.Salt}&challenge={asked}&opaque={asked}");
        }

        if (failures.IsHeldOff(peer, out _))
        {
            return LoginAnswer.Refuse(Failed, "too many wrong keys came from this address");
        }

        byte[] hash = keys.FindLogin(user) ?? _nobody;
        if (IsResponse(ChallengeTo(user, window)) | IsResponse(ChallengeTo(user, window - 1)))
        {
            return LoginAnswer.Accept(user);
        }

        failures.Count(peer);
        return LoginAnswer.Refuse(Failed, "user or password is wrong, or the key is none to log in with (\"mediaserver keys list\" shows which are)");

        bool IsResponse(string asked) => CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(LoginDigest.Respond(hash, asked, challenge)), Encoding.UTF8.GetBytes(response));
    }

    // Hexadecimal: it goes into a URL as it is.
    private string ChallengeTo(string user, long window) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes($"{window} {user}")).AsSpan(0, ChallengeBytes));
}
