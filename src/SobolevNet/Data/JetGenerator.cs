namespace SobolevNet;

/// <summary>Makes the jet of one sample; see <see cref="JetSource.Generate"/>.</summary>
/// <remarks>
/// Both views hold zeros at the start, so that only what differs from zero needs to be written. It is called from several
/// threads at once and must give the same for the same number and random stream.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="sample">The number of the sample.</param>
/// <param name="random">A random stream that belongs to this sample; always the same for the same seed and number.</param>
/// <param name="input">Shape (components, 1, n): write <c>input[component, 0, feature]</c>.</param>
/// <param name="target">Shape (components, 1, m).</param>
public delegate void JetGenerator<T>(long sample, ref RandomStream random, JetSpan<T> input, JetSpan<T> target)
    where T : unmanaged;
