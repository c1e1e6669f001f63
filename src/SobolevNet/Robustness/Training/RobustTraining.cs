using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>Sources for robust training, made of sources of clean samples.</summary>
public static class RobustTraining
{
    /// <inheritdoc cref="RobustSource{T}.RobustSource(IJetSource{T}, RobustSourceOptions)"/>
    /// <summary>Universal robust training: directions of input space as further tangents, with the oracle's derivatives as targets.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <returns>The source; nothing is copied.</returns>
    public static RobustSource<T> Robust<T>(this IJetSource<T> clean, RobustSourceOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(clean, options);

    /// <inheritdoc cref="GaussianNoiseSource{T}.GaussianNoiseSource(IJetSource{T}, double, ulong, bool)"/>
    /// <summary>Gaussian augmentation: noise is added to the input, targets stay.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <returns>The source; nothing is copied.</returns>
    public static GaussianNoiseSource<T> WithGaussianNoise<T>(this IJetSource<T> clean, double deviation, ulong seed = 0, bool shuffle = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(clean, deviation, seed, shuffle);

    /// <inheritdoc cref="AdversarialSource{T}.AdversarialSource(IJetSource{T}, AdversarialOptions)"/>
    /// <summary>Adversarial training: inputs are moved to where the current network is farthest from the target.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <returns>The source; nothing is copied.</returns>
    public static AdversarialSource<T> Adversarial<T>(this IJetSource<T> clean, AdversarialOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(clean, options);

    /// <inheritdoc cref="TradesSource{T}.TradesSource(IJetSource{T}, double, AdversarialOptions)"/>
    /// <summary>TRADES: pairs of a clean and a perturbed input, between which the network should not move.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <returns>The source; nothing is copied.</returns>
    public static TradesSource<T> Trades<T>(this IJetSource<T> clean, double beta, AdversarialOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(clean, beta, options);
}
