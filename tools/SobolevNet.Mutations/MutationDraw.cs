namespace SobolevNet.Mutations;

/// <summary>Draws mutations of the library.</summary>
/// <param name="Seed">Names the draw.</param>
/// <param name="Under">Only files whose name starts so.</param>
/// <param name="Except">No files whose name starts so; empty for all.</param>
internal sealed record MutationDraw(int Seed, string Under, string Except)
{
    private const int LeastOfAFolder = 3;

    public string Name => string.Concat($"seed {Seed}{(Under.Length > 0 ? $", under {Under}" : "")}{(Except.Length > 0 ? $", except {Except}" : "")}".Select(c => c == '/' ? '.' : c));

    /// <summary>Whether the draw is from the file of a mutation, among others.</summary>
    public bool Includes(Mutation mutation) =>
        mutation.File.StartsWith(Under, StringComparison.Ordinal) && !(Except.Length > 0 && mutation.File.StartsWith(Except, StringComparison.Ordinal));

    /// <summary>Every folder has its share of all that can be mutated, at least a few. More follow than are asked for, in the place of those that do not compile.</summary>
    public List<Mutation> Choose(LibraryCompiler compiler, int count)
    {
        var random = new Random(Seed);
        Mutation[] all = [.. compiler.Mutations.Where(Includes)];
        var (chosen, reserve) = (new List<Mutation>(), new List<Mutation>());
        foreach (var folder in all.GroupBy(mutation => mutation.Folder).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var candidates = folder.ToArray();
            random.Shuffle(candidates);
            int share = Math.Max(LeastOfAFolder, (int)Math.Round((double)count * candidates.Length / all.Length));
            chosen.AddRange(candidates.Take(share));
            reserve.AddRange(candidates.Skip(share).Take(share));
        }

        var order = chosen.ToArray();
        random.Shuffle(order);
        var more = reserve.ToArray();
        random.Shuffle(more);
        return [.. order, .. more];
    }
}
