namespace SobolevNet;

/// <summary>Looks for derivatives by inputs that never change, which no value can confirm or deny.</summary>
internal static class StillTangents
{
    /// <summary>Adds a finding for each such component: a problem where labels are not zero, a note where they are.</summary>
    public static void Check(LabelSamples data, int[] outputs, LabelVerdicts firsts, LabelVerdicts seconds)
    {
        if (!data.Input.Component(0).ContainsAnyExcept(0.0))
        {
            firsts.AddWhole(LabelProblem.Inconclusive, "All samples have the same input, so no derivative could be checked.");
            return;
        }

        bool[] isStill = [.. Enumerable.Range(0, data.Tangents).Select(k => IsStill(data, 1 + k))];
        for (int k = 0; k < isStill.Length; k++)
        {
            Add(firsts, isStill[k], 1 + k);
        }

        for (int q = 0; q < data.Layout.Seconds.Length; q++)
        {
            // A mixed derivative can be checked by the first derivative along the tangent that is still.
            var second = data.Layout.Seconds[q];
            Add(seconds, isStill[second.FirstI - 1] && isStill[second.FirstJ - 1], 1 + data.Tangents + q);
        }

        void Add(LabelVerdicts verdicts, bool isUnknown, int component)
        {
            if (!isUnknown)
            {
                return;
            }

            int[] wrong = [.. outputs.Where(o => Enumerable.Range(0, data.Count).Any(s => data.Target[component, s, o] != 0))];
            if (wrong.Length > 0)
            {
                verdicts.AddConstant(component, wrong);
            }
            else
            {
                verdicts.AddWhole(
                    LabelProblem.Inconclusive,
                    $"{data.Layout.NameOf(component)} was supplied as zero; the input never changes along it, so it could not be checked.");
            }
        }
    }

    /// <summary>Whether no input that changes from sample to sample lies along a tangent.</summary>
    private static bool IsStill(LabelSamples data, int component)
    {
        for (int f = 0; f < data.Input.Features; f++)
        {
            bool moves = Enumerable.Range(0, data.Count).Any(s => data.Input[0, s, f] != 0);
            if (moves && Enumerable.Range(0, data.Count).Any(s => data.Input[component, s, f] != 0))
            {
                return false;
            }
        }

        return true;
    }
}
