using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>Sources for robust training, made of sources of clean samples.</summary>
public static class RobustTraining
{
    /// <summary>Universal robust training: directions of input space as further tangents, with the oracle's derivatives as targets.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="clean">Gives clean inputs and targets with all derivatives by the degrees of freedom, in a full layout of order 1 or 2.</param>
    /// <param name="options">What to add; the defaults if null.</param>
    /// <returns>The source; nothing is copied.</returns>
    /// <exception cref="ArgumentNullException">There is no source.</exception>
    /// <exception cref="ArgumentException">
    /// The source lacks derivatives or changes during training, a sampler is of other inputs, or the options contradict each other.
    /// </exception>
    public static RobustSource<T> Robust<T>(this IJetSource<T> clean, RobustSourceOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(clean, options);

    /// <summary>Gaussian augmentation: noise is added to the input, targets stay.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="clean">The clean samples, of any layout.</param>
    /// <param name="deviation">σ, the standard deviation of the noise of each feature; finite and at least 0.</param>
    /// <param name="seed">Names the noise and the order of samples.</param>
    /// <param name="shuffle">Whether the samples of a finite clean source come in a new order every epoch.</param>
    /// <returns>The source; nothing is copied.</returns>
    /// <exception cref="ArgumentNullException">There is no source.</exception>
    /// <exception cref="ArgumentException">The clean source is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative, or too large for T.</exception>
    public static GaussianNoiseSource<T> WithGaussianNoise<T>(this IJetSource<T> clean, double deviation, ulong seed = 0, bool shuffle = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(clean, deviation, seed, shuffle);

    /// <summary>Adversarial training: inputs are moved to where the current network is farthest from the target.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="clean">The clean samples, of any layout.</param>
    /// <param name="options">How inputs are perturbed.</param>
    /// <returns>The source; nothing is copied.</returns>
    /// <exception cref="ArgumentNullException">There is no source, or there are no options.</exception>
    /// <exception cref="ArgumentException">The clean source is empty or changes during training, or T cannot hold the sizes of perturbations.</exception>
    public static AdversarialSource<T> Adversarial<T>(this IJetSource<T> clean, AdversarialOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(clean, options);

    /// <summary>TRADES: pairs of a clean and a perturbed input, between which the network should not move.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="clean">The clean samples, of which only the values are used.</param>
    /// <param name="beta">β, the weight of the perturbed difference; finite and at least 0.</param>
    /// <param name="options">How inputs are perturbed.</param>
    /// <returns>The source; nothing is copied.</returns>
    /// <exception cref="ArgumentNullException">There is no source, or there are no options.</exception>
    /// <exception cref="ArgumentOutOfRangeException">β is negative or not finite.</exception>
    /// <exception cref="ArgumentException">
    /// The clean source is empty, too large to be doubled, or changes during training, or T cannot hold the sizes of perturbations.
    /// </exception>
    public static TradesSource<T> Trades<T>(this IJetSource<T> clean, double beta, AdversarialOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(clean, beta, options);
}
