using System.Text.Json.Serialization;

namespace MediaServer.Server.Api;

/// <summary>How the API's answers become JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(ServerAnswer))]
[JsonSerializable(typeof(StreamsAnswer))]
[JsonSerializable(typeof(SubscribersAnswer))]
internal sealed partial class ApiJson : JsonSerializerContext;
