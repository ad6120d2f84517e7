using Microsoft.Extensions.Options;

namespace MediaServer.Hub;

/// <summary>Checks <see cref="HubOptions"/> by their attributes, and against each other.</summary>
[OptionsValidator]
internal sealed partial class HubOptionsValidator : IValidateOptions<HubOptions>;
