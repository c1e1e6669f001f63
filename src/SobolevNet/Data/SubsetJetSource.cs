namespace SobolevNet;

/// <summary>Some samples of another source, renumbered from 0.</summary>
internal sealed class SubsetJetSource<T>(IJetSource<T> source, long[] samples) : RenumberedJetSource<T>(source, nameof(source))
    where T : unmanaged
{
    public override int Count => samples.Length;

    public override bool IsEndless => false;

    public override long NumberInSource(long number) => samples[number];
}
