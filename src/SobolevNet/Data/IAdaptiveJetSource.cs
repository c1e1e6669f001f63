using System.Numerics;

namespace SobolevNet;

/// <summary>
/// A source whose samples change while a network is trained: with the network, as adversarial examples do, or with the part of the
/// training that is done.
/// </summary>
/// <remarks>
/// The trainer calls <see cref="BeginStep"/> before every mini-batch and before its last evaluation, on one thread while nothing is
/// being filled; parameters change only after the mini-batch. A source that copies what it needs then gives the same samples for
/// any number of threads, and the same after resuming. Before the first call there is no training yet: the statistics of the data are
/// taken from what the source gives then, and a copy in memory holds that. Subsets, truncated sources and noise made of such a source
/// train as it does; directions, displacements and front ends refuse it.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public interface IAdaptiveJetSource<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Tells what the next samples depend on.</summary>
    /// <param name="network">The network; its parameters will change after the mini-batch.</param>
    /// <param name="step">Mini-batches done before, from 0.</param>
    /// <param name="progress">The part of the training that is done, from 0 to 1 before the last evaluation.</param>
    void BeginStep(Mlp<T> network, long step, double progress);
}
