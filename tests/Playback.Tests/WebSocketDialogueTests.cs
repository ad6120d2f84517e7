using System.Buffers;
using System.Text;
using MediaServer.TestKit;

namespace MediaServer.Playback.Tests;

public class WebSocketDialogueTests
{
    private const string Mask = "37 FA 21 3D";

    private const string Zeros126 = Zeros63 + Zeros63;
    private const string Zeros63 =
        "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    [Theory]
    [InlineData("", "")]
    [InlineData("82 83 37FA213D 000000", "")]                                   // binary
    [InlineData("81 85 37FA213D 7F9F4D5158", "")]                               // "Hello" (RFC 6455 §5.7)
    [InlineData("89 85 37FA213D 7F9F4D5158", "8A 05 48656C6C6F")]               // ping with it
    [InlineData("89 80 37FA213D", "8A 00")]                                     // ping of nothing
    [InlineData("8A 85 37FA213D 7F9F4D5158", "")]                               // pong
    [InlineData("01 83 37FA213D 000000 89 80 37FA213D 80 82 37FA213D 0000", "8A 00")] // a ping between two fragments
    [InlineData("82 FE 007E 37FA213D " + Zeros126 + " 89 80 37FA213D", "8A 00")] // 126 bytes, then a ping
    [InlineData("88 80 37FA213D", "88 00")]                                     // goodbye without a reason
    [InlineData("88 82 37FA213D 3412", "88 02 03E8")]                           // 1000
    [InlineData("88 82 37FA213D 3412 89 80 37FA213D", "88 02 03E8")]            // nothing is said behind it
    [InlineData("88 84 37FA213D 3C42 4954", "88 02 0BB8")]                      // 3000, "hi"
    public void A_client_is_answered_the_same_however_its_bytes_arrive(string said, string answer) => AssertAnswers(Wire.Hex(said), answer);

    [Theory]
    [InlineData("82 00")]                             // no mask
    [InlineData("89 05 48656C6C6F")]                  // no mask
    [InlineData("C2 80 37FA213D")]                    // a reserved bit
    [InlineData("A2 80 37FA213D")]
    [InlineData("92 80 37FA213D")]
    [InlineData("83 80 37FA213D")]                    // reserved opcodes
    [InlineData("87 80 37FA213D")]
    [InlineData("8B 80 37FA213D")]
    [InlineData("8F 80 37FA213D")]
    [InlineData("09 80 37FA213D")]                    // a ping in fragments
    [InlineData("08 80 37FA213D")]
    [InlineData("89 FE 007E 37FA213D")]               // a ping of 126 bytes
    [InlineData("88 FF 0000000000010000 37FA213D")]
    [InlineData("82 FE 0005 37FA213D")]               // lengths that say in more bytes what fits in fewer
    [InlineData("82 FF 000000000000007E 37FA213D")]
    [InlineData("82 FF FFFFFFFFFFFFFFFF 37FA213D")]   // a length of 64 bits
    [InlineData("80 80 37FA213D")]                    // goes on with what was not begun
    [InlineData("02 80 37FA213D 82 80 37FA213D")]     // begins before the end
    [InlineData("88 81 37FA213D 00")]                 // half a reason
    [InlineData("88 82 37FA213D 3417")]               // 1005, which is never said
    [InlineData("88 82 37FA213D 3414")]               // 1006, too
    [InlineData("88 82 37FA213D 37FA")]               // 0
    [InlineData("88 82 37FA213D 3C5A")]               // 2976
    public void What_breaks_the_rules_closes(string said) => AssertAnswers(Wire.Hex(said), "88 02 03EA");

    [Theory]
    [InlineData("82 FF 0000000000010001 37FA213D")]                                // 65,537 bytes at once
    [InlineData("02 FF 0000000000010000 37FA213D", 65_536, "80 81 37FA213D")]      // and in two
    public void A_message_that_is_too_long_closes(string said, int zeros = 0, string then = "") =>
        AssertAnswers([.. Wire.Hex(said), .. new byte[zeros], .. Wire.Hex(then)], "88 02 03F1", everySplit: zeros == 0);

    [Fact]
    public void A_goodbye_that_is_no_text_closes() => AssertAnswers(Wire.Hex("88 83 37FA213D 3412 DE"), "88 02 03EF"); // 1000, and FF

    [Fact]
    public void Of_pings_that_come_together_the_last_is_answered()
    {
        var answers = new ArrayBufferWriter<byte>();
        new WebSocketDialogue(answers, new ManualTimeProvider()).Receive(new ReadOnlySequence<byte>(Wire.Hex("89 80 37FA213D 89 81 37FA213D 00")));
        Assert.Equal(Wire.Hex("8A 01 37"), answers.WrittenSpan.ToArray());
    }

    [Fact]
    public void Messages_without_number_are_passed_over_and_none_is_kept()
    {
        var answers = new ArrayBufferWriter<byte>();
        var dialogue = new WebSocketDialogue(answers, new ManualTimeProvider());
        byte[] message = [.. Wire.Hex($"82 FF 0000000000010000 {Mask}"), .. new byte[65_536]];
        bool allTaken = true;
        long allocated = Allocations.Of(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                var received = new ReadOnlySequence<byte>(message);
                allTaken &= received.Slice(dialogue.Receive(received)).IsEmpty;
            }
        });

        Assert.True(allTaken);
        Assert.Equal(0, allocated);
        Assert.Equal(0, answers.WrittenCount);
        Assert.False(dialogue.IsClosed);
    }

    [Theory]
    [InlineData("81 80 37FA213D", "")]
    [InlineData("89 80 37FA213D", "8A 00")]
    [InlineData("8A 80 37FA213D", "")]
    [InlineData("00 80 37FA213D", "")]
    public void A_client_that_sends_far_more_frames_than_a_player_needs_is_closed(string frame, string answer)
    {
        var time = new ManualTimeProvider();
        var answers = new ArrayBufferWriter<byte>();
        var dialogue = new WebSocketDialogue(answers, time);
        if (frame.StartsWith("00", StringComparison.Ordinal))
        {
            dialogue.Receive(new ReadOnlySequence<byte>(Wire.Hex("01 80 37FA213D"))); // begins the message that it goes on with
            time.Advance(WebSocketDialogue.FramePeriod);
        }

        var allowed = new ReadOnlySequence<byte>([.. Enumerable.Repeat(Wire.Hex(frame), WebSocketDialogue.MaxFrames).SelectMany(bytes => bytes)]);
        for (int i = 0; i < 5; i++)
        {
            answers.ResetWrittenCount();
            dialogue.Receive(allowed);
            Assert.Equal(Wire.Hex(answer), answers.WrittenSpan.ToArray());
            time.Advance(WebSocketDialogue.FramePeriod);
        }

        dialogue.Receive(allowed);
        answers.ResetWrittenCount();
        dialogue.Receive(new ReadOnlySequence<byte>(Wire.Hex(frame)));

        Assert.True(dialogue.IsClosed);
        Assert.Equal([0x88, 17, 0x03, 0xF0, .. "too many frames"u8], answers.WrittenSpan.ToArray()); // 1008
    }

    [Fact]
    public void The_servers_goodbye_is_said_once_and_the_clients_is_not_answered_behind_it()
    {
        var answers = new ArrayBufferWriter<byte>();
        var dialogue = new WebSocketDialogue(answers, new ManualTimeProvider());
        dialogue.Close(WebSocketDialogue.TryAgainLater, "too slow");
        dialogue.Close(WebSocketDialogue.Normal, "");
        dialogue.Receive(new ReadOnlySequence<byte>(Wire.Hex("88 82 37FA213D 3412")));

        Assert.True(dialogue.IsClosed);
        Assert.Equal([0x88, 10, 0x03, 0xF5, .. Encoding.ASCII.GetBytes("too slow")], answers.WrittenSpan.ToArray());
    }

    /// <summary>Says it whole, cut in two at every position and byte by byte, giving again what was not taken; the answers come to the same.</summary>
    private static void AssertAnswers(byte[] said, string expected, bool everySplit = true)
    {
        IEnumerable<ReadOnlySequence<byte>> splits = everySplit ? Wire.EverySplitOf(said) : [new ReadOnlySequence<byte>(said)];
        foreach (ReadOnlySequence<byte> split in splits)
        {
            var answers = new ArrayBufferWriter<byte>();
            var dialogue = new WebSocketDialogue(answers, new ManualTimeProvider());
            byte[] left = [];
            foreach (ReadOnlyMemory<byte> piece in split)
            {
                ReadOnlySequence<byte> received = Wire.Join([left, piece]);
                left = received.Slice(dialogue.Receive(received)).ToArray();
                Assert.True(left.Length < 14 + 125, "more is kept than a control frame");
            }

            Assert.Equal(dialogue.IsClosed, expected.StartsWith("88", StringComparison.Ordinal));
            Assert.Equal(Wire.Hex(expected), answers.WrittenSpan.ToArray());
        }
    }
}
