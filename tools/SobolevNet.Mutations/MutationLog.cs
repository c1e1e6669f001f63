namespace SobolevNet.Mutations;

/// <summary>What became of mutations, kept in a file, so that a run that was stopped goes on.</summary>
internal sealed class MutationLog
{
    private readonly string _file;

    private readonly Dictionary<string, Outcome> _known = [];

    /// <param name="file">The file.</param>
    /// <param name="retry">Whether survivors are forgotten.</param>
    public MutationLog(string file, bool retry)
    {
        _file = file;
        if (!File.Exists(file))
        {
            return;
        }

        foreach (string[] fields in File.ReadLines(file).Select(line => line.Split('\t')))
        {
            _known[fields[1]] = Enum.Parse<Outcome>(fields[0]);
        }

        foreach (string survivor in _known.Where(known => retry && known.Value == Outcome.Survived).Select(known => known.Key).ToList())
        {
            _known.Remove(survivor);
        }
    }

    public bool Has(Mutation mutation) => _known.ContainsKey(mutation.ToString());

    /// <summary>Those that were compiled and tested.</summary>
    public IEnumerable<(Mutation Mutation, Outcome Outcome)> Tried(IEnumerable<Mutation> mutations) =>
        mutations.Where(Has).Select(mutation => (mutation, _known[mutation.ToString()])).Where(result => result.Item2 != Outcome.DoesNotCompile);

    public void Add(Mutation mutation, Outcome outcome, string by)
    {
        _known[mutation.ToString()] = outcome;
        File.AppendAllText(_file, $"{outcome}\t{mutation}\t{by.Replace('\t', ' ').ReplaceLineEndings(" ")}\n");
    }
}
