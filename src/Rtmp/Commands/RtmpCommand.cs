using System.Collections.Immutable;

namespace MediaServer.Rtmp;

/// <summary>A command message (RTMP 1.0 §7.2): a name, a transaction and values, of which the first is the command object.</summary>
internal sealed class RtmpCommand
{
    private readonly ImmutableArray<AmfValue> _values;

    private RtmpCommand(string name, double transactionId, ImmutableArray<AmfValue> values)
    {
        Name = name;
        TransactionId = transactionId;
        _values = values;
    }

    /// <summary>Such as <c>connect</c>.</summary>
    public string Name { get; }

    /// <summary>What the answer refers to; NaN when it is missing.</summary>
    public double TransactionId { get; }

    /// <summary>Whether an answer is expected.</summary>
    public bool WantsAnswer => IsAnswerable(TransactionId);

    /// <summary>
    /// What <c>publish</c> and <c>play</c> name, empty when the URL has to hold it all; <see langword="null"/> for <c>publish(false)</c>, which
    /// ends what was begun.
    /// </summary>
    /// <exception cref="RtmpProtocolException">The name is no text.</exception>
    public string? StreamName => this[1].Kind switch
    {
        AmfKind.Text => this[1].Text,
        AmfKind.Null or AmfKind.Undefined => "",
        AmfKind.Boolean => null,
        _ => throw new RtmpProtocolException(CloseReason.MalformedCommand, "A name that is no text."),
    };

    /// <summary>The values behind the transaction: 0 is the command object, 1 the first argument. Undefined beyond the last.</summary>
    public AmfValue this[int index] => index < _values.Length ? _values[index] : default;

    /// <summary>Whether an answer can refer to a transaction: 0 stands for none, and a missing one is NaN.</summary>
    public static bool IsAnswerable(double transactionId) => double.IsFinite(transactionId) && transactionId != 0;

    /// <summary>Reads the payload of a command message, its AMF3 envelope taken off.</summary>
    /// <exception cref="RtmpProtocolException">It is not a name and well-formed values.</exception>
    public static RtmpCommand Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new Amf0Reader(payload);
        if (!reader.TryRead(out AmfValue name) || name.Text is not { Length: > 0 } text)
        {
            throw new RtmpProtocolException(CloseReason.MalformedCommand, "A command without a name.");
        }

        ImmutableArray<AmfValue>.Builder values = ImmutableArray.CreateBuilder<AmfValue>();
        while (!reader.IsAtEnd)
        {
            values.Add(reader.TryRead(out AmfValue value)
                ? value
                : throw new RtmpProtocolException(CloseReason.MalformedCommand, "A command with malformed values."));
        }

        return values.Count == 0
            ? new RtmpCommand(text, double.NaN, [])
            : new RtmpCommand(text, values[0].Number, values.ToImmutable().RemoveAt(0));
    }

    /// <summary>The name alone: values may be stream keys.</summary>
    public override string ToString() => Name;
}
