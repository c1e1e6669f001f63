using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>Sources for robust training, made of sources of clean samples.</summary>
/// <remarks>
/// All are endless: every epoch shows the clean samples of a finite source once, perturbed anew. Nothing is copied; to pay for rendering once, give a
/// materialized clean source (<see cref="JetSource.Materialize"/>). What follows the network in training (<see cref="Adversarial"/>, <see cref="Trades"/>,
/// <see cref="DirectionSampler.Steepest"/>) uses the network that the run has before each mini-batch. Outside of a run there is no network: samples are clean,
/// and steepest directions are those of a constant.
/// </remarks>
public static class RobustTraining
{
    /// <summary>
    /// Universal robust training: random directions ε of input space are further tangents, and the network's derivatives along them are trained to those of the
    /// oracle.
    /// </summary>
    /// <remarks>
    /// Tangents: the p degrees of freedom (unless <see cref="RobustSourceOptions.ManifoldOrder"/> is 0), then the directions, group
    /// by group. Input components: C; ∂ᵢC; ε; perhaps ∂ᵢⱼC; zero for ∂_ε∂_ε and ∂_ε∂ᵢ, because the path C(r) + sε is linear in s. Target
    /// components: y; ∂ᵢy; O'(ε); perhaps ∂ᵢⱼy; O''(ε) and ∂ᵢO'(ε). Source: method, sections 6 and 7.
    /// </remarks>
    /// <example>
    /// <code>
    /// var cubes = new CubeSource(new CubeRenderer(), order: 1, count: 20_000, seed: 1);
    /// var steepest = DirectionSampler.Steepest(cubes.InputFeatures, cubes.OutputFeatures, sketch: 3);
    /// var robust = cubes.Robust(new RobustSourceOptions { Directions = [new DirectionGroup(steepest)], ManifoldOrder = 0 });
    /// new SobolevTrainer&lt;float&gt;(network, options).Fit(robust);
    /// </code>
    /// </example>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="clean">
    /// Gives C and y with all derivatives by the degrees of freedom, in a full layout: of order 1, or of order 2 for
    /// <see cref="RobustSourceOptions.ManifoldOrder"/> 2 and for second or mixed derivatives of the oracle.
    /// </param>
    /// <param name="options">What to add; the defaults if null.</param>
    /// <returns>The source; <see cref="IJetSource{T}.TangentScale"/> of a direction is set by <see cref="RobustSourceOptions.PerturbationScale"/>.</returns>
    /// <exception cref="ArgumentNullException">There is no source.</exception>
    /// <exception cref="ArgumentException">
    /// The source lacks derivatives or changes during training, a sampler is of other inputs, or the options contradict each other.
    /// </exception>
    public static IJetSource<T> Robust<T>(this IJetSource<T> clean, RobustSourceOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new RobustSource<T>(clean, options);

    /// <summary>Gaussian augmentation, the simplest invariance training: noise is added to the input, targets stay.</summary>
    /// <remarks>Derivatives along the manifold stay too: the noise does not move with r.</remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="clean">The clean samples, of any layout.</param>
    /// <param name="deviation">σ, the standard deviation of the noise of each feature; finite and at least 0.</param>
    /// <param name="seed">Names the noise and the order of samples.</param>
    /// <param name="shuffle">Whether the samples of a finite clean source come in a new order every epoch.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentNullException">There is no source.</exception>
    /// <exception cref="ArgumentException">The clean source is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative, or too large for T.</exception>
    public static IJetSource<T> WithGaussianNoise<T>(this IJetSource<T> clean, double deviation, ulong seed = 0, bool shuffle = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new GaussianNoiseSource<T>(clean, deviation, seed, shuffle);

    /// <summary>
    /// Adversarial training in its regression form (Madry et al., 2018): every input is moved, within a ball around the clean one, to where the current network
    /// is farthest from the target, and the target stays.
    /// </summary>
    /// <remarks>Derivatives along the manifold stay as they are.</remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="clean">The clean samples, of any layout.</param>
    /// <param name="options">How inputs are perturbed.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentNullException">There is no source, or there are no options.</exception>
    /// <exception cref="ArgumentException">The clean source is empty or changes during training, or T cannot hold the sizes of perturbations.</exception>
    public static IJetSource<T> Adversarial<T>(this IJetSource<T> clean, AdversarialOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new AdversarialSource<T>(clean, options);

    /// <summary>
    /// TRADES (Zhang et al., 2019) in its regression form: ‖N(I) − y‖² + β‖N(I + δ) − N(I)‖², with δ in a ball around the clean input where the network's output
    /// moves most.
    /// </summary>
    /// <remarks>
    /// Every clean sample gives two: number 2i has the input I, number 2i + 1 the input I + δ. A squared error of both has the gradient of this loss, because the
    /// targets are moved by β(N̂(I + δ) − N̂(I)), with N̂ the network before the mini-batch. Its value, which training reports, is not this loss: measure errors
    /// on clean samples.
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="clean">The clean samples, of which only the values are used.</param>
    /// <param name="beta">β, the weight of the perturbed difference; finite and at least 0.</param>
    /// <param name="options">How inputs are perturbed.</param>
    /// <returns>The source, of values alone.</returns>
    /// <exception cref="ArgumentNullException">There is no source, or there are no options.</exception>
    /// <exception cref="ArgumentOutOfRangeException">β is negative or not finite.</exception>
    /// <exception cref="ArgumentException">
    /// The clean source is empty, too large to be doubled, or changes during training, or T cannot hold the sizes of perturbations.
    /// </exception>
    public static IJetSource<T> Trades<T>(this IJetSource<T> clean, double beta, AdversarialOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new TradesSource<T>(clean, beta, options);
}
