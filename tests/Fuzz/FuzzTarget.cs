using System.Text;

namespace MediaServer.Fuzz;

/// <summary>Code that takes bytes from strangers, and what must hold whatever the bytes are.</summary>
internal abstract class FuzzTarget
{
    /// <summary>What it is called on the command line, in the corpus and in the tests.</summary>
    public abstract string Name { get; }

    /// <summary>Good inputs to begin with: captured ones, and ones built by hand.</summary>
    public abstract IEnumerable<byte[]> Seeds { get; }

    /// <summary>Byte strings that the target's grammar knows, such as markers and names.</summary>
    public virtual IReadOnlyList<byte[]> Tokens => [];

    /// <summary>How many inputs the bounded run of the tests takes: fewer where one takes longer.</summary>
    public virtual int SmokeInputs => 20_000;

    /// <summary>What the managed heap may be asked for by one input: a stranger must not be able to make much out of little.</summary>
    public virtual long MaxAllocatedBytes(int inputBytes) => (256 * 1024) + (64L * inputBytes);

    /// <summary>Feeds one input.</summary>
    /// <param name="input">Any bytes.</param>
    /// <param name="outcome">Gets what came out; inputs whose outcome is new are kept to be damaged further.</param>
    /// <exception cref="OracleException">Something that must hold does not. Any other exception is a fault as well.</exception>
    public abstract void Run(byte[] input, ref Fingerprint outcome);

    public sealed override string ToString() => Name;

    /// <summary>Tokens from text.</summary>
    protected static byte[][] TokensOf(params ReadOnlySpan<string> texts)
    {
        byte[][] tokens = new byte[texts.Length][];
        for (int i = 0; i < texts.Length; i++)
        {
            tokens[i] = Encoding.UTF8.GetBytes(texts[i]);
        }

        return tokens;
    }
}
