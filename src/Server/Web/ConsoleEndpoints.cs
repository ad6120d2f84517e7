using System.Reflection;

namespace MediaServer.Server.Web;

/// <summary>
/// The console: <c>/</c>, <c>/watch/{app}/{stream}</c> and the files they need. Each file found at start is a route of its own, so no request's
/// path ever reaches the file system.
/// </summary>
internal static class ConsoleEndpoints
{
    // Everything from here, nothing inline; media source extensions play from blob URLs.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self' blob:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "wwwroot");
    private static readonly string Page = Path.Combine(Folder, "index.html");
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Whether the build step has made the console.</summary>
    public static bool IsBuilt => File.Exists(Page);

    /// <summary>Maps the console; when it is not built, a page that says how to build it.</summary>
    public static void MapConsole(this IEndpointRouteBuilder endpoints)
    {
        var page = new ConsoleAsset(Page, IsBuilt ? File.ReadAllBytes(Page) : ReadMissingPage());
        Map(endpoints, "/", page);
        Map(endpoints, "/watch/{**stream}", page);
        if (IsBuilt)
        {
            foreach (string file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
            {
                string path = Path.GetRelativePath(Folder, file).Replace(Path.DirectorySeparatorChar, '/');
                Map(endpoints, $"/{path}", new ConsoleAsset(file, File.ReadAllBytes(file)));
            }
        }
    }

    private static void Map(IEndpointRouteBuilder endpoints, string route, ConsoleAsset asset) =>
        endpoints.MapMethods(route, Methods, (HttpContext context) =>
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            return asset.ServeAsync(context);
        });

    private static byte[] ReadMissingPage()
    {
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("MissingConsole.html")!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    }
}
