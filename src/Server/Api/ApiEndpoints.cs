using System.Diagnostics;
using MediaServer.Hub;
using MediaServer.Ingest;
using MediaServer.Media;
using MediaServer.Server.Metrics;
using MediaServer.Server.Startup;
using MediaServer.Server.Streams;
using Microsoft.Extensions.Options;

namespace MediaServer.Server.Api;

/// <summary>The HTTP API, as far as the console needs it.</summary>
internal static class ApiEndpoints
{
    private const string SubscribersSuffix = "/subscribers";
    private const string NoSuchResource = "There is no such resource.";

    public static void MapApi(this IEndpointRouteBuilder endpoints)
    {
        IServiceProvider services = endpoints.ServiceProvider;
        ApiAccess access = services.GetRequiredService<ApiAccess>();
        StreamHub hub = services.GetRequiredService<StreamHub>();
        StreamRates rates = services.GetRequiredService<StreamRates>();
        HlsAudience audience = services.GetRequiredService<HlsAudience>();
        RtmpEndpoint ingest = services.GetRequiredService<RtmpEndpoint>();
        bool remotePublish = services.GetRequiredService<IOptions<IngestOptions>>().Value.AllowRemotePublish;
        TimeProvider time = services.GetRequiredService<TimeProvider>();
        DateTimeOffset startedAt = Process.GetCurrentProcess().StartTime.ToUniversalTime();

        endpoints.MapGet("/api/v1/server", access.Protect(context => context.Response.WriteAsJsonAsync(
            new ServerAnswer(ServerVersion.Text, startedAt, ingest.Port, remotePublish), ApiJson.Default.ServerAnswer)));

        endpoints.MapGet("/api/v1/streams", access.Protect(context =>
        {
            DateTimeOffset now = time.GetUtcNow();
            StreamAnswer[] streams = [.. hub.Topics.OrderBy(topic => topic.Key.ToString(), StringComparer.Ordinal)
                .Select(topic => StreamDescription.Describe(StreamSnapshot.Take(topic), rates.Of(topic), audience.Count(topic.Key), now))];
            return context.Response.WriteAsJsonAsync(new StreamsAnswer(streams), ApiJson.Default.StreamsAnswer);
        }));

        // A stream's name has slashes; the last segment says what of the stream is asked for.
        endpoints.MapGet("/api/v1/streams/{**path}", access.Protect(context =>
        {
            string path = context.Request.RouteValues["path"] as string ?? "";
            return !path.EndsWith(SubscribersSuffix, StringComparison.Ordinal)
                ? ApiProblem.WriteAsync(context, StatusCodes.Status404NotFound, NoSuchResource)
                : AnswerSubscribersAsync(context, hub, path[..^SubscribersSuffix.Length]);
        }));

        endpoints.Map("/api/{**path}", access.Protect(context =>
            ApiProblem.WriteAsync(context, StatusCodes.Status404NotFound, NoSuchResource)));
    }

    private static Task AnswerSubscribersAsync(HttpContext context, StreamHub hub, string name) =>
        !StreamKey.TryParse(name, out StreamKey key, out _) || !hub.TryGetTopic(key, out StreamTopic? topic)
            ? ApiProblem.WriteAsync(context, StatusCodes.Status404NotFound, "There is no stream of that name.")
        : !SubscriberPage.TryParse(context.Request.Query, out SubscriberPage? page, out string? fault)
            ? ApiProblem.WriteAsync(context, StatusCodes.Status400BadRequest, fault)
        : context.Response.WriteAsJsonAsync(SubscriberDescription.Describe(topic, page), ApiJson.Default.SubscribersAnswer);
}
