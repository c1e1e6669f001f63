using System.Numerics;

namespace SobolevNet;

/// <summary>A finite source of jets whose labels stay in files; made by <see cref="JetData.Open{T}(string, bool, long, CancellationToken)"/>.</summary>
/// <remarks>
/// Samples are read when they are asked for. Blocks of consecutive samples are kept in memory as long as other samples of them are asked for, and training
/// shuffles accordingly (<see cref="SamplesPerBlock"/>). The files stay open until the source is disposed, and must not be changed before.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class FileJetSource<T> : IJetSource<T>, IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Blocks kept in memory: those that a shuffled window touches, with room for windows that do not begin where a block does.</summary>
    private const int KeptBlocks = SampleBlocks.InWindow * 3 / 2 * BlocksRead;

    /// <summary>Blocks that are read by one read for each of those that are shuffled.</summary>
    private const int BlocksRead = 4;

    /// <summary>Rows of this length or more, in bytes, are read one by one as fast as in blocks.</summary>
    private const int LongRow = 1 << 15;

    /// <summary>Samples of one block that are taken at a time.</summary>
    private const int MostSamples = 64;

    private readonly LabelRows _rows;
    private readonly LabelForm _form;
    private readonly double[]? _weights;
    private readonly LabelSurvey.Findings _findings;
    private readonly RowCache<T> _cache;
    private readonly ScratchPool<T[][]> _scratches = new();
    private readonly int _block;
    private bool _disposed;

    /// <summary>Takes over open arrays that were surveyed.</summary>
    internal FileJetSource(LabelRows rows, LabelForm form, double[]? weights, LabelSurvey.Findings findings, long cacheBytes)
    {
        (_rows, _form, _weights, _findings) = (rows, form, weights, findings);
        long bytes = rows.RowBytes<T>();
        int block = rows.SamplesOf<T>(cacheBytes / KeptBlocks);
        _block = block;
        int kept = (int)Math.Clamp(cacheBytes / (bytes * block), 1, KeptBlocks);
        _cache = new RowCache<T>(
            (int)((rows.Count + (long)block - 1) / block), kept, () => rows.Reserve<T>(block),
            (number, memory) => rows.Read(number * block, Math.Min(block, rows.Count - (number * block)), memory));
        SamplesPerBlock = bytes < LongRow ? BlocksRead * block : 1;
    }

    /// <inheritdoc/>
    public JetLayout Layout => _form.Layout;

    /// <inheritdoc/>
    public int InputFeatures => _form.InputFeatures;

    /// <inheritdoc/>
    public int OutputFeatures => _form.OutputFeatures;

    /// <inheritdoc/>
    public int Count => _rows.Count;

    /// <inheritdoc/>
    public int InputOrder => _findings.InputOrder;

    /// <inheritdoc/>
    public ReadOnlySpan<int> TangentInputs => _form.TangentInputs;

    /// <inheritdoc/>
    public bool InputsShareUnit => _form.InputsShareUnit;

    /// <summary>Whether a label is missing.</summary>
    public bool HasMissingLabels => _findings.HasMissingLabels;

    /// <inheritdoc/>
    public bool HasSampleWeights => _weights is not null;

    /// <inheritdoc/>
    public int SamplesPerBlock { get; }

    /// <inheritdoc/>
    public double TangentScale(int tangent) => TangentScales.Get(_findings.TangentScales, Layout, tangent);

    /// <inheritdoc/>
    public double SampleWeight(long sample) => SampleWeights.Get(_weights, Count, sample);

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">A file was changed or cut short since it was opened.</exception>
    /// <exception cref="ObjectDisposedException">The source was disposed.</exception>
    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (int start = 0; start < samples.Length;)
        {
            int first = (int)samples[start];
            int count = RunLength(samples[start..]);
            var block = _cache.Take(first / _block);
            if (block is not null)
            {
                Fill(block.Rows, first % _block, count, input.Slice(start, count), target.Slice(start, count));
                block.Release();
            }
            else
            {
                var scratch = _scratches.TryTake() ?? _rows.Reserve<T>(Math.Min(_block, MostSamples));
                _rows.Read(first, count, scratch);
                Fill(scratch, 0, count, input.Slice(start, count), target.Slice(start, count));
                _scratches.Return(scratch);
            }

            start += count;
        }

        ClearWhatIsNotStored(input);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _disposed = true;
        _rows.Dispose();
    }

    /// <summary>How many samples, from the first on, follow each other in one block.</summary>
    private int RunLength(ReadOnlySpan<long> samples)
    {
        int most = Math.Min(Math.Min(samples.Length, MostSamples), _block - (int)(samples[0] % _block));
        int count = 1;
        while (count < most && samples[count] == samples[0] + count)
        {
            count++;
        }

        return count;
    }

    private void Fill(T[][] rows, int first, int count, JetSpan<T> input, JetSpan<T> target)
    {
        for (int p = 0; p < rows.Length; p++)
        {
            var part = _form.Parts[p];
            var view = part.IsTarget ? target : input;
            for (int s = 0; s < count && part.Derivative <= view.Layout.Order; s++)
            {
                part.Fill<T>(rows[p].AsSpan((first + s) * part.RowLength, part.RowLength), view, s);
            }
        }
    }

    /// <summary>Writes the input's derivatives of which there is no array: unit vectors, and zeros of straight paths.</summary>
    private void ClearWhatIsNotStored(JetSpan<T> input)
    {
        for (int c = 1; c < input.Layout.Count; c++)
        {
            if (input.Layout.OrderOf(c) > _form.InputDerivatives)
            {
                input.Component(c).Clear();
            }
        }

        if (input.Layout.Order > 0 && _form.TangentInputs.Length > 0)
        {
            UnitTangents.Write(input, _form.TangentInputs);
        }
    }
}
