using System.Text;

namespace MediaServer.Load;

/// <summary>Plays FLV over HTTP (<c>http://</c>) or a WebSocket (<c>ws://</c>).</summary>
internal sealed class HttpPlayer : Player
{
    private const int MaxHeadBytes = 8192;

    private readonly StringBuilder _head = new();
    private readonly FlvScanner _scanner;
    private readonly Target _target;
    private readonly bool _isWebSocket;
    private IBody? _body;

    public HttpPlayer(Target target, long dueAt, PlayerRole role, PlayMeter meter, Schedule schedule)
        : base(dueAt, role, meter, schedule)
    {
        _target = target;
        _isWebSocket = target.Url.Scheme == Uri.UriSchemeWs;
        _scanner = new FlvScanner(this);
    }

    protected override void OnConnected()
    {
        string upgrade = _isWebSocket
            ? "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: TWVkaWFTZXJ2ZXItTG9hZA==\r\n"
            : "";
        Socket.Write(Encoding.ASCII.GetBytes(
            $"GET {_target.Url.PathAndQuery} HTTP/1.1\r\nHost: {_target.Authority}\r\nUser-Agent: MediaServer-Load\r\nAccept: */*\r\n{upgrade}\r\n"));
        Flush();
    }

    protected override bool TryRead(ReadOnlySpan<byte> bytes)
    {
        while (_body is null && !bytes.IsEmpty)
        {
            _head.Append((char)bytes[0]);
            bytes = bytes[1..];
            if (_head is [.., '\r', '\n', '\r', '\n'] && !TryReadHead(_head.ToString()))
            {
                return true; // it is over, and the reason is known
            }

            if (_head.Length > MaxHeadBytes)
            {
                return false;
            }
        }

        if (_body is null || _body.Read(bytes, _scanner))
        {
            return true;
        }

        End("the server ended the stream");
        return true;
    }

    private bool TryReadHead(string head)
    {
        string status = head.Length > 12 ? head[9..12] : head;
        if (!head.StartsWith("HTTP/1.", StringComparison.Ordinal) || status != (_isWebSocket ? "101" : "200"))
        {
            End($"the server answered {head.Split('\r')[0]}");
            return false;
        }

        _body = _isWebSocket ? new WebSocketBody(frame => Socket.Write(frame))
            : head.Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase) ? new ChunkedBody()
            : new PlainBody();
        return true;
    }
}
