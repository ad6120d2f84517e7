using System.Reflection;
using System.Runtime.CompilerServices;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.Transport;

namespace MediaServer.Load;

/// <summary>Has our own code compiled before any clock runs, or the first player would wait a tenth of a second for the compiler.</summary>
internal static class Precompiled
{
    private const BindingFlags All = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Assembly[] Ours =
        [typeof(Precompiled).Assembly, typeof(RtmpClientSession).Assembly, typeof(MediaFrame).Assembly, typeof(EventLoop).Assembly];

    /// <summary>Compiles all that is not generic.</summary>
    public static void Prepare()
    {
        foreach (Type type in Ours.SelectMany(assembly => assembly.GetTypes()).Where(type => !type.ContainsGenericParameters))
        {
            foreach (MethodBase method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            {
                if (method.GetMethodBody() is not null && !method.ContainsGenericParameters)
                {
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
                }
            }
        }
    }
}
