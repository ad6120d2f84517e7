using System.Net;
using MediaServer.Ingest;
using MediaServer.Server.Access;

namespace MediaServer.Server.Tests.Access;

public sealed class AdobeLoginTests : IDisposable
{
    private const string NeedLogin = "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";

    private static readonly IPAddress Encoder = IPAddress.Parse("192.0.2.7");

    private readonly KeysInFolder _keys = new();
    private readonly string _user;
    private readonly string _password;

    public AdobeLoginTests()
    {
        (_user, _password) = AddKey("live/*", "--login");
    }

    public void Dispose() => _keys.Dispose();

    // hash=$(printf abc234mediaserverabcdefghijkmnpqrstuvwxyz23 | openssl md5 -binary | base64)
    // printf "$hash"00112233445566778899aabbccddeeffdeadbeef | openssl md5 -binary | base64
    [Fact]
    public void The_digests_are_those_that_encoders_make()
    {
        byte[] hash = LoginDigest.HashOf("abc234", "abcdefghijkmnpqrstuvwxyz23");

        Assert.Equal("tWpUt9SpqC+8f/KtlcLMsg==", Convert.ToBase64String(hash));
        Assert.Equal("G/M78bdnMv+CcDZ0JzRz3Q==", LoginDigest.Respond(hash, "00112233445566778899aabbccddeeff", "deadbeef"));
    }

    [Fact]
    public void An_encoder_logs_in_in_three_steps()
    {
        LoginAnswer first = Answer("");
        Assert.Equal((false, NeedLogin, null), (first.IsAccepted, first.Description, first.Fault));

        LoginAnswer second = Answer($"authmod=adobe&user={_user}");
        Assert.StartsWith($"[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user={_user}&salt=", second.Description, StringComparison.Ordinal);
        Assert.Equal((false, null), (second.IsAccepted, second.Fault));

        LoginAnswer third = Answer(Respond(second, _user, _password));
        Assert.Equal((true, _user), (third.IsAccepted, third.User));
    }

    [Fact]
    public void It_does_not_matter_whether_an_encoder_answers_the_challenge_or_the_opaque_and_sends_that_back()
    {
        LoginAnswer asked = Ask(_user);

        Assert.Equal(Parameter(asked, "challenge"), Parameter(asked, "opaque"));
        Assert.True(Answer($"{Respond(asked, _user, _password)}&opaque={Parameter(asked, "opaque")}").IsAccepted);
    }

    [Theory]
    [InlineData("127.0.0.1", "")]
    [InlineData("::1", "")]
    [InlineData("::ffff:127.0.0.2", "")]
    [InlineData("192.0.2.7", "key=whatever")] // judged when it publishes or plays
    public void Who_needs_none_or_shows_a_key_is_not_asked_and_proves_nothing(string address, string query)
    {
        LoginAnswer answer = _keys.Login.Answer(query, IPAddress.Parse(address));

        Assert.Equal((true, null), (answer.IsAccepted, answer.User));
    }

    [Fact]
    public void A_user_that_does_not_exist_is_answered_like_one_with_a_wrong_password()
    {
        LoginAnswer known = Ask(_user);
        LoginAnswer unknown = Ask("nobody");
        Assert.Equal(Parameter(known, "salt"), Parameter(unknown, "salt"));
        Assert.Equal(Parameter(known, "challenge").Length, Parameter(unknown, "challenge").Length);
        Assert.Equal(Parameter(unknown, "challenge"), Parameter(Ask("nobody"), "challenge")); // as one that exists

        LoginAnswer wrong = Answer(Respond(known, _user, "wrong"));
        Assert.Contains("?reason=authfailed", wrong.Description, StringComparison.Ordinal);
        Assert.Equal((false, null), (wrong.IsAccepted, wrong.User));
        Assert.Equal(wrong, Answer(Respond(unknown, "nobody", "wrong")));
    }

    [Fact]
    public void A_key_that_was_not_made_for_logins_is_none()
    {
        (string user, string password) = AddKey("live/*");

        Assert.False(Answer(Respond(Ask(user), user, password)).IsAccepted);
    }

    [Fact]
    public void A_removed_key_logs_in_no_more()
    {
        LoginAnswer asked = Ask(_user);
        Assert.Null(_keys.Run("remove", _user));
        _keys.Keys.ReloadIfChanged();

        Assert.False(Answer(Respond(asked, _user, _password)).IsAccepted);
    }

    [Fact]
    public void Only_this_servers_challenge_to_this_user_is_answered()
    {
        (string other, _) = AddKey("other/*", "--login");

        Assert.False(Answer(Respond("00112233445566778899aabbccddeeff", _user, _password)).IsAccepted);
        Assert.False(Answer(Respond("", _user, _password)).IsAccepted);
        Assert.False(Answer(Respond(Parameter(Ask(other), "challenge"), _user, _password)).IsAccepted);
        Assert.False(Answer(Respond(Ask(_user), _user, _password).Replace($"user={_user}", $"user={other}", StringComparison.Ordinal)).IsAccepted);
    }

    [Theory]
    [InlineData(0, 30, true)]
    [InlineData(0, 59, true)]
    [InlineData(29, 30, true)]
    [InlineData(29, 31, false)]
    [InlineData(0, 60, false)]
    public void A_challenge_is_good_for_half_a_minute_and_at_most_a_whole_one(int askedAt, int later, bool expected)
    {
        _keys.Time.Advance(TimeSpan.FromSeconds(askedAt));
        LoginAnswer asked = Ask(_user);
        _keys.Time.Advance(TimeSpan.FromSeconds(later));

        Assert.Equal(expected, Answer(Respond(asked, _user, _password)).IsAccepted);
    }

    [Fact]
    public void After_ten_wrong_passwords_the_right_one_has_to_wait_and_so_has_the_key()
    {
        for (int i = 0; i < 10; i++)
        {
            Answer(Respond(Ask(_user), _user, "wrong"));
        }

        Assert.False(Answer(Respond(Ask(_user), _user, _password)).IsAccepted);
        Assert.False(_keys.Decide(Hub.AccessAction.Publish, "live/show", _password).IsAllowed);
        Assert.True(_keys.Login.Answer(Respond(Ask(_user), _user, _password), IPAddress.Parse("192.0.2.8")).IsAccepted);

        _keys.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(Answer(Respond(Ask(_user), _user, _password)).IsAccepted);
    }

    [Theory]
    [InlineData("authmod=llnw&user=me")]
    [InlineData("authmod=adobe")]
    [InlineData("authmod=adobe&user=")]
    [InlineData("user=me&challenge=a&response=b")]
    public void Who_does_not_say_who_it_is_is_asked_from_the_start(string query) => Assert.Equal(NeedLogin, Answer(query).Description);

    [Fact]
    public void The_longest_challenge_fits_into_the_300_bytes_that_encoders_have_for_it()
    {
        string longest = new('x', 64);
        Assert.InRange(Ask(longest).Description!.Split('?')[1].Length, longest.Length, 299);

        Assert.Equal(NeedLogin, Ask(longest + 'x').Description);
    }

    private static string Respond(LoginAnswer asked, string user, string password) => Respond(Parameter(asked, "challenge"), user, password);

    private static string Respond(string challenge, string user, string password) =>
        $"authmod=adobe&user={user}&challenge=deadbeef&response={LoginDigest.Respond(LoginDigest.HashOf(user, password), challenge, "deadbeef")}";

    private static string Parameter(LoginAnswer asked, string name) =>
        asked.Description!.Split('?')[1].Split('&').Single(parameter => parameter.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];

    private LoginAnswer Ask(string user) => Answer($"authmod=adobe&user={user}");

    private LoginAnswer Answer(string query) => _keys.Login.Answer(query, Encoder);

    private (string Id, string Key) AddKey(params string[] words)
    {
        _keys.Add(words);
        string[] lines = _keys.Output.Split('\n');
        return (lines[0].Split(' ')[1], lines[2].Trim());
    }
}
