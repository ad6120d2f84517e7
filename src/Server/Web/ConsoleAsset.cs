using System.IO.Compression;
using System.Security.Cryptography;

namespace MediaServer.Server.Web;

/// <summary>One file of the console, read and compressed once, when the server starts.</summary>
internal sealed class ConsoleAsset
{
    private readonly byte[] _plain;
    private readonly byte[] _gzip;
    private readonly string _contentType;
    private readonly string _entityTag;

    public ConsoleAsset(string name, byte[] content)
    {
        _plain = content;
        _gzip = Compress(content);
        _contentType = ContentTypeOf(name);
        _entityTag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\""; // weak: compressed or not, it is the same
    }

    /// <summary>Answers with the file, or with 304 when the browser has it.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.Headers.ETag = _entityTag;
        response.Headers.CacheControl = "no-cache"; // kept, and asked about each time: the names do not change with the content
        response.Headers.Vary = "Accept-Encoding";
        if (context.Request.Headers.IfNoneMatch.Contains(_entityTag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        bool compressed = context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        byte[] body = compressed ? _gzip : _plain;
        response.ContentType = _contentType;
        response.ContentLength = body.Length;
        if (compressed)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }

    private static string ContentTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}
