using System.Net;
using MediaServer.Server.Api;
using MediaServer.Server.Options;
using Microsoft.AspNetCore.Http;

namespace MediaServer.Server.Tests.Api;

public class ApiAccessTests
{
    private const string Token = "correct-horse-battery";

    [Theory]
    [InlineData("127.0.0.1", "localhost:8080")]
    [InlineData("127.8.9.1", "127.0.0.1")]
    [InlineData("::1", "[::1]:8080")]
    [InlineData("::ffff:127.0.0.1", "LOCALHOST")]
    public void This_machine_gets_in_without_a_token(string address, string host)
    {
        Assert.Equal(200, Decide(null, address, host));
    }

    [Theory]
    [InlineData("192.0.2.1", "localhost")]
    [InlineData("::ffff:192.0.2.1", "localhost")]
    [InlineData("2001:db8::1", "[::1]")]
    [InlineData("127.0.0.1", "rebound.example")]
    [InlineData("127.0.0.1", "localhost.example")]
    [InlineData("127.0.0.1", "192.0.2.1")]
    [InlineData("127.0.0.1", "")]
    public void Nobody_else_does(string address, string host)
    {
        Assert.Equal(403, Decide(null, address, host));
    }

    [Theory]
    [InlineData("Forwarded")]
    [InlineData("x-forwarded-for")]
    [InlineData("VIA")]
    public void What_came_through_a_proxy_is_not_this_machine(string header)
    {
        Assert.Equal(403, Decide(null, "127.0.0.1", "localhost", (header, "")));
    }

    [Theory]
    [InlineData("Bearer " + Token, 200)]
    [InlineData("bearer  " + Token + " ", 200)]
    [InlineData("Bearer " + Token + "x", 401)]
    [InlineData("Bearer correct-horse-batter", 401)]
    [InlineData("Bearer", 401)]
    [InlineData("Basic " + Token, 401)]
    [InlineData("", 401)]
    public void With_a_token_set_only_the_token_counts(string authorization, int expected)
    {
        Assert.Equal(expected, Decide(Token, "192.0.2.1", "media.example", ("Authorization", authorization)));
        Assert.Equal(expected, Decide(Token, "127.0.0.1", "localhost", ("Authorization", authorization)));
    }

    private static int Decide(string? token, string address, string host, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        context.Request.Host = new HostString(host);
        foreach ((string name, string value) in headers)
        {
            context.Request.Headers[name] = value;
        }

        return new ApiAccess(Microsoft.Extensions.Options.Options.Create(new ApiOptions { Token = token })).Decide(context);
    }
}
