using System.Buffers.Binary;
using MediaServer.Media;

namespace MediaServer.EndToEnd.Harness;

/// <summary>One message as a player got it.</summary>
/// <param name="Kind">Audio, video or data.</param>
/// <param name="Timestamp">Milliseconds, as sent.</param>
/// <param name="Body">An FLV tag body.</param>
/// <param name="Arrived">When, since the player began to connect.</param>
/// <remarks>Reads AVC, AAC and enhanced RTMP of one track by itself, not by the server's code.</remarks>
internal sealed record ReceivedFrame(MediaKind Kind, uint Timestamp, byte[] Body, TimeSpan Arrived)
{
    /// <summary>Who joins gets a stream from its last key frame on: sounds that were sent before the first one may be missing.</summary>
    public const int MaxSoundsBeforePicture = 2;

    private const int CodedFramesX = 3;

    /// <summary>A sequence header.</summary>
    public bool IsConfiguration => Kind != MediaKind.Data && PacketType == 0;

    /// <summary>A picture.</summary>
    public bool IsPicture => Kind == MediaKind.Video && (PacketType == 1 || (IsEnhanced && PacketType == CodedFramesX));

    /// <summary>Sound.</summary>
    public bool IsSound => Kind == MediaKind.Audio && PacketType == 1;

    /// <summary>A picture that the encoder marked as a key frame.</summary>
    public bool IsKeyFrame => IsPicture && ((Body[0] >> 4) & 7) == 1;

    /// <summary>An H.264 picture that no other refers to: <c>nal_ref_idc</c> is 0.</summary>
    public bool IsDisposable
    {
        get
        {
            const int LengthBytes = 4;
            for (int at = 5; IsPicture && !IsEnhanced && at + LengthBytes < Body.Length;)
            {
                int header = Body[at + LengthBytes];
                if ((header & 0x1F) is >= 1 and <= 5) // a slice
                {
                    return (header & 0x60) == 0;
                }

                at += LengthBytes + BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(at));
            }

            return false;
        }
    }

    /// <summary>What the publisher says of the stream; other script data is the protocol's own.</summary>
    public bool IsMetadata => Kind == MediaKind.Data && Body.AsSpan().IndexOf("onMetaData"u8) == 3; // behind AMF0's marker and length

    /// <summary>When a picture is to be shown, in milliseconds.</summary>
    public long PresentationTime => Timestamp + (((sbyte)Body[2] << 16) | (Body[3] << 8) | Body[4]);

    /// <summary>Whether both carry the same bytes, whatever their timestamps.</summary>
    public bool HasSameBody(ReceivedFrame other) => Kind == other.Kind && Body.AsSpan().SequenceEqual(other.Body);

    private bool IsEnhanced => Kind == MediaKind.Video ? Body[0] >= 0x80 : Kind == MediaKind.Audio && Body[0] >> 4 == 9;

    private int PacketType => IsEnhanced ? Body[0] & 0x0F : Body[1];

    public override string ToString() =>
        $"{(IsKeyFrame ? "key frame" : IsConfiguration ? $"{Kind} header" : Kind.ToString())} at {Timestamp} ms, {Body.Length} bytes";

    /// <summary>That pictures are those of a file that is sent again and again, from wherever they begin, and none is missing.</summary>
    public static void AssertLoop(IEnumerable<ReceivedFrame> file, IEnumerable<ReceivedFrame> received)
    {
        ReceivedFrame[] sent = [.. file.Where(frame => frame.IsPicture)];
        ReceivedFrame[] pictures = [.. received.Where(frame => frame.IsPicture)];
        int joined = Array.FindIndex(sent, frame => frame.HasSameBody(pictures[0]));
        Assert.True(joined >= 0, $"{pictures[0]} is not what was sent");
        Assert.All(
            pictures.Index(),
            picture => Assert.True(picture.Item.HasSameBody(sent[(joined + picture.Index) % sent.Length]), $"{picture.Item} is not what was sent"));
    }
}
