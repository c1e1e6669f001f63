namespace SobolevNet;

/// <summary>What <see cref="IJetSource{T}.Fill"/> demands of its arguments, checked alike in every source of the library.</summary>
internal static class FillArguments
{
    /// <summary>Checks features, number of samples, layouts and, for a finite source, the sample numbers.</summary>
    /// <exception cref="ArgumentException">A view does not fit the source, the samples or the other view.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A sample does not exist.</exception>
    public static void Check<T>(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
        where T : unmanaged
    {
        CheckView(source.Layout, source.InputFeatures, samples.Length, input, nameof(input));
        CheckView(source.Layout, source.OutputFeatures, samples.Length, target, nameof(target));
        if (!input.Layout.Equals(target.Layout) && (input.Layout.Order > 0 || source.TangentInputs.IsEmpty))
        {
            string exception = source.TangentInputs.IsEmpty ? "" : " The input's may be of order 0 instead, because the source declares its derivatives by TangentInputs.";
            throw new ArgumentException(
                $"The input's layout ({input.Layout}) is not the target's ({target.Layout}); both views have one layout.{exception}", nameof(input));
        }

        long end = source.IsEndless ? long.MaxValue : source.Count;
        foreach (long sample in samples)
        {
            if ((ulong)sample >= (ulong)end)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(samples), sample, source.IsEndless ? "A sample number is not negative." : $"The source has the samples 0 to {end - 1}.");
            }
        }
    }

    private static void CheckView<T>(JetLayout layout, int features, int samples, JetSpan<T> view, string name)
        where T : unmanaged
    {
        if (view.Features == 0)
        {
            throw new ArgumentException("The view is a default value; it views no memory.", name);
        }

        if (view.Features != features || view.Samples != samples)
        {
            throw new ArgumentException(
                $"The view has {view.Samples} samples of {view.Features} features; {samples} samples of {features} features are to be filled.",
                name);
        }

        if (!ReferenceEquals(layout, view.Layout) && !layout.StartsWith(view.Layout))
        {
            throw new ArgumentException(
                $"The view's layout ({view.Layout}) is not the source's ({layout}) or that truncated to a lower order.", name);
        }
    }
}
