using System.Globalization;

namespace SobolevNet.Experiments.CubeImages;

/// <summary>The network of a recipe before training, and the training images as its inputs.</summary>
internal sealed class PreparedRecipe
{
    private readonly LinearFrontEnd<float>? _frontEnd;

    private PreparedRecipe(LinearFrontEnd<float>? frontEnd, IJetSource<float> images, Mlp<float> network)
    {
        (_frontEnd, Images, Network) = (frontEnd, images, network);
    }

    /// <summary>The training data: jets of pixels or of features, in memory.</summary>
    public IJetSource<float> Images { get; }

    /// <summary>The network to train; its inputs are pixels or features.</summary>
    public Mlp<float> Network { get; }

    /// <summary>Finds the features, renders the images, and makes the network.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="images">The training images, with derivatives up to the recipe's order.</param>
    /// <param name="featureImages">
    /// The images from which features are found, with second derivatives if the recipe weighs curvature; not used without features.
    /// </param>
    /// <param name="seed">Names the initial weights, random directions and displacements.</param>
    /// <param name="threads">Threads; all cores if 0.</param>
    /// <param name="cancellationToken">Stops the preparation.</param>
    public static PreparedRecipe Of(
        CubeRecipe recipe, IJetSource<float> images, IJetSource<float> featureImages, ulong seed, int threads, CancellationToken cancellationToken)
    {
        LinearFrontEnd<float>? frontEnd = null;
        if (recipe.Features > 0)
        {
            var options = new LinearFrontEndOptions { SecondOrderWeight = recipe.FeatureCurvature, Threads = threads };
            frontEnd = LinearFrontEnd<float>.Fit(featureImages, recipe.Features, options, cancellationToken);
            images = frontEnd.Project(images);
        }

        images = images.Materialize(threads: threads, cancellationToken: cancellationToken);
        images = recipe.Directions switch
        {
            CubeRecipe.AllDirections => images,
            CubeRecipe.HessianVectorProducts => images.WithHessianVectorProducts(1, seed),
            CubeRecipe.DisplacedImages => images.Displaced(recipe.TrainedOrder, seed: seed),
            _ => images.AlongRandomDirections(int.Parse(recipe.Directions, CultureInfo.InvariantCulture), recipe.Order, seed),
        };
        var network = Mlp<float>.Create(images.InputFeatures, recipe.Hidden, images.OutputFeatures, recipe.ActivationKind(), seed);
        return new PreparedRecipe(frontEnd, images, network);
    }

    /// <summary>Images as inputs of the network.</summary>
    public IJetSource<float> Project(IJetSource<float> images) => _frontEnd?.Project(images) ?? images;

    /// <summary>The current network with the features folded into its first layer, so that its inputs are pixels.</summary>
    public Mlp<float> Folded() => _frontEnd?.Fold(Network) ?? Network;
}
