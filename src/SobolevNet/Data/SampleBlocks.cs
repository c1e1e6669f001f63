namespace SobolevNet;

/// <summary>How training visits a source that reads its samples in blocks, see <see cref="IJetSource{T}.SamplesPerBlock"/>.</summary>
internal static class SampleBlocks
{
    /// <summary>Blocks whose samples are shuffled together.</summary>
    public const int InWindow = 64;
}
