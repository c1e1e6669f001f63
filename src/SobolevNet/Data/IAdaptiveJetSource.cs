using System.Numerics;

namespace SobolevNet;

/// <summary>
/// A source whose samples change during training: with the network, as adversarial examples do, or with the progress of the training.
/// </summary>
/// <remarks>
/// The source itself never changes: it gives the samples as they are before any training, which is what statistics of the data, copies in
/// memory and validation see. All that changes belongs to a run, which <see cref="BeginRun"/> begins. So one source can serve any number of
/// trainings, one after the other or at the same time. Transforms (<see cref="JetSourceTransform{T}"/>) of such a source change as it does;
/// directions, displacements, front ends and the sources of robust training refuse it.
/// <para>
/// An adaptive source of your own may itself be a transform of another adaptive one. Derive its run from <see cref="JetSourceTransform{T}"/> too, and give the
/// source to the run's constructor: training begins the inner run, steps it first, and fills the outer run from it.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public interface IAdaptiveJetSource<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Begins a run of training.</summary>
    /// <returns>
    /// The source as that run sees it, new at every call, with the same layout, features, count, missing labels and weights; before the first step it gives the same
    /// samples as the source.
    /// </returns>
    IJetSourceRun<T> BeginRun();
}

/// <summary>An adaptive source as one run of training sees it; see <see cref="IAdaptiveJetSource{T}.BeginRun"/>.</summary>
/// <remarks>
/// The trainer calls <see cref="BeginStep"/> before every mini-batch and before its last evaluation, on one thread while nothing is
/// being filled; parameters change only after the mini-batch. A run that copies what it needs then gives the same samples for
/// any number of threads. After resuming from a checkpoint, the first call has the number of steps that were done before.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public interface IJetSourceRun<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Sets what the next samples depend on.</summary>
    /// <param name="network">The network; its parameters will change after the mini-batch.</param>
    /// <param name="step">Mini-batches done before, from 0.</param>
    /// <param name="progress">The part of the training that is done, from 0 to 1 before the last evaluation.</param>
    void BeginStep(Mlp<T> network, long step, double progress);
}
