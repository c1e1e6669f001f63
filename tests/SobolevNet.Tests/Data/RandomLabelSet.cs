namespace SobolevNet.Tests.Data;

/// <summary>
/// A random set of samples with right labels, named by a number: functions, units, sizes and noise of many kinds. In some sets, some columns are wrong; those that
/// are right must not be accused.
/// </summary>
internal sealed class RandomLabelSet
{
    private const ulong Seed = 0x1ABE15;

    private RandomLabelSet(string name, int samples, int inputs)
    {
        Name = name;
        Samples = samples;
        Inputs = inputs;
        X = new double[samples, inputs];
        Y = new double[samples];
        Gradient = new double[samples, inputs];
    }

    public static string[] Kinds { get; } =
    [
        "smooth", "noisy", "wild", "call", "basket", "partly constant or linear", "kinked", "dependent inputs", "second derivatives", "manifold", "directions",
        "correlated inputs", "heavy tails", "discrete inputs", "several outputs", "others wrong",
    ];

    public string Name { get; private set; }

    public int Samples { get; }

    public int Inputs { get; }

    public double[,] X { get; }

    public double[] Y { get; }

    public double[,] Gradient { get; }

    public double[,,]? Hessian { get; private set; }

    /// <summary>The columns that are wrong, counted from 0.</summary>
    public HashSet<int> Wrong { get; } = [];

    /// <summary>Labels of several outputs or not by the inputs themselves; null for those of one output by its inputs.</summary>
    public IJetSource<double>? Other { get; private set; }

    public IJetSource<double> Source() =>
        Other ?? (Hessian is null ? JetData.FromJacobian(X, Y, Gradient) : JetData.FromJacobian(X, Y, Gradient, Hessian));

    /// <summary>A set of one of <see cref="Kinds"/>.</summary>
    /// <param name="number">Names the set.</param>
    /// <param name="most">The most samples that a set may have.</param>
    public static RandomLabelSet Of(int number, int most = 20000)
    {
        var random = new RandomStream(Seed, (ulong)number);
        string kind = Kinds[number % Kinds.Length];
        int samples = (int)Math.Exp(random.NextUniform(Math.Log(20), Math.Log(most)));
        var set = kind switch
        {
            "call" => Call(samples, 1 + random.NextInteger(4), ref random),
            "basket" => Basket(samples, 1 + random.NextInteger(10), ref random),
            "manifold" => Manifold(Math.Min(samples, 3000), ref random),
            "directions" => Directions(Math.Min(samples, 3000), ref random),
            _ => Function(kind, samples, ref random),
        };
        set.Name = $"{number}: {set.Name}, {set.Samples} samples";
        if (set.Other is null)
        {
            set.ChangeUnits(ref random);
        }

        return set;
    }

    /// <summary>Paths of a call under Black and Scholes, by spot, volatility, rate and maturity.</summary>
    public static RandomLabelSet Call(int samples, int inputs, ref RandomStream random)
    {
        var set = new RandomLabelSet($"call by {inputs}", samples, inputs);
        for (int s = 0; s < samples; s++)
        {
            double[] all = [100, 0.2, 0.03, 1];
            double[] drawn = [random.NextUniform(70, 130), random.NextUniform(0.1, 0.4), random.NextUniform(0, 0.06), random.NextUniform(0.5, 2)];
            drawn.AsSpan(0, inputs).CopyTo(all);
            var (spot, volatility, rate, years) = (all[0], all[1], all[2], all[3]);
            double z = random.NextNormal();
            double end = spot * Math.Exp(((rate - (volatility * volatility / 2)) * years) + (volatility * Math.Sqrt(years) * z));
            double discount = Math.Exp(-rate * years);
            double paid = end > 100 ? discount : 0;
            set.Y[s] = paid * (end - 100);
            double[] slopes =
            [
                paid * end / spot,
                paid * end * ((Math.Sqrt(years) * z) - (volatility * years)),
                (paid * end * years) - (years * set.Y[s]),
                (paid * end * (rate - (volatility * volatility / 2) + (volatility * z / (2 * Math.Sqrt(years))))) - (rate * set.Y[s]),
            ];
            for (int i = 0; i < inputs; i++)
            {
                (set.X[s, i], set.Gradient[s, i]) = (all[i], slopes[i]);
            }
        }

        return set;
    }

    /// <summary>Paths of a call on a basket of lognormal assets with a common factor.</summary>
    public static RandomLabelSet Basket(int samples, int inputs, ref RandomStream random)
    {
        var set = new RandomLabelSet($"basket of {inputs}", samples, inputs);
        double[] weights = new double[inputs];
        for (int i = 0; i < inputs; i++)
        {
            weights[i] = random.NextUniform(0.5, 1.5) / inputs;
        }

        double strike = random.NextUniform(80, 120);
        double common = random.NextUniform();
        for (int s = 0; s < samples; s++)
        {
            double factor = random.NextNormal();
            double basket = 0;
            for (int i = 0; i < inputs; i++)
            {
                set.X[s, i] = random.NextUniform(60, 140);
                double growth = Math.Exp(-0.03 + (0.25 * ((Math.Sqrt(common) * factor) + (Math.Sqrt(1 - common) * random.NextNormal()))));
                set.Gradient[s, i] = weights[i] * growth;
                basket += weights[i] * growth * set.X[s, i];
            }

            set.Y[s] = Math.Max(0, basket - strike);
            for (int i = 0; i < inputs && basket <= strike; i++)
            {
                set.Gradient[s, i] = 0;
            }
        }

        return set;
    }

    private static RandomLabelSet Function(string kind, int samples, ref RandomStream random)
    {
        int n = 1 + random.NextInteger(10);
        double highest = kind == "wild" ? 12 : 4;
        double frequency = Math.Exp(random.NextUniform(Math.Log(0.5), Math.Log(highest)));
        bool isNoisy = kind is "noisy" || (kind is not ("smooth" or "second derivatives") && random.NextInteger(2) == 0);
        double noise = isNoisy ? Math.Pow(10, random.NextUniform(-3, 0.7)) : 0;
        double labelNoise = isNoisy ? Math.Pow(10, random.NextUniform(-3, 0.3)) : 0;
        bool isGrid = kind == "dependent inputs" && random.NextInteger(3) == 0;
        bool isTailed = kind == "dependent inputs" && random.NextInteger(3) == 0;
        bool isCorrelated = kind is "correlated inputs" or "others wrong";
        double correlation = isCorrelated ? 1 - Math.Pow(10, random.NextUniform(-2, 0)) : 0;
        int tails = kind == "heavy tails" ? 2 + random.NextInteger(3) : 0;
        int levels = kind == "discrete inputs" ? 1 + random.NextInteger(4) : 0;
        int waves = 1 + random.NextInteger(4);
        double[,] k = new double[waves, n];
        double[] phase = new double[waves];
        double[] linear = new double[n];
        bool[] isDead = new bool[n];
        for (int i = 0; i < n; i++)
        {
            isDead[i] = kind == "partly constant or linear" && n > 1 && random.NextInteger(2) == 0;
            linear[i] = kind is "partly constant or linear" or "others wrong" && random.NextInteger(2) == 0 ? random.NextNormal() : 0;
        }

        for (int w = 0; w < waves; w++)
        {
            phase[w] = random.NextUniform(0, Math.Tau);
            for (int i = 0; i < n; i++)
            {
                k[w, i] = isDead[i] ? 0 : random.NextNormal() * frequency / Math.Sqrt(n);
            }
        }

        var set = new RandomLabelSet($"{kind}, {n} inputs, frequency {frequency:G2}, noise {noise:G2} and {labelNoise:G2}", samples, n);
        if (kind == "second derivatives")
        {
            set.Hessian = new double[samples, n, n];
        }

        double[] x = new double[n];
        for (int s = 0; s < samples; s++)
        {
            double shared = random.NextUniform(-1, 1);
            for (int i = 0; i < n; i++)
            {
                x[i] = random.NextUniform(-1, 1);
                if (kind == "dependent inputs")
                {
                    x[i] = i % 2 == 0 ? x[i] : i % 3 == 0 ? (0.95 * shared) + (0.05 * x[i]) : (x[0] * x[0]) + (0.1 * x[i]);
                    x[i] = isTailed ? Math.Sinh(2 * x[i]) / 2 : isGrid ? Math.Round(3 * x[i]) / 3 : x[i];
                }

                x[i] = isCorrelated ? ((i % 3 == 2 ? -1 : 1) * correlation * shared) + (Math.Sqrt(1 - (correlation * correlation)) * x[i]) : x[i];
                x[i] = levels > 0 && (i == 0 || i % 2 == 1) ? Math.Round((x[i] + 1) / 2 * levels) / levels : x[i];
                set.X[s, i] = x[i];
                set.Y[s] += linear[i] * x[i];
                set.Gradient[s, i] = linear[i];
            }

            for (int w = 0; w < waves; w++)
            {
                double angle = phase[w];
                for (int i = 0; i < n; i++)
                {
                    angle += k[w, i] * x[i];
                }

                var (sin, cos) = Math.SinCos(angle);
                if (kind == "kinked")
                {
                    (sin, cos) = (Math.Max(0, sin), sin > 0 ? cos : 0);
                }

                set.Y[s] += sin;
                for (int i = 0; i < n; i++)
                {
                    set.Gradient[s, i] += k[w, i] * cos;
                    for (int j = 0; set.Hessian is not null && j < n; j++)
                    {
                        set.Hessian[s, i, j] -= k[w, i] * k[w, j] * sin;
                    }
                }
            }

            // Noise of both kinds: of the values alone, and a random slope that values and labels share, as paths have it.
            double path = labelNoise * Noise(tails, ref random);
            set.Y[s] += noise * Noise(tails, ref random);
            for (int i = 0; i < n && !isDead[i]; i++)
            {
                set.Y[s] += path * x[i];
                set.Gradient[s, i] += path + (labelNoise * Noise(tails, ref random));
            }
        }

        if (kind == "others wrong")
        {
            set.Spoil(ref random);
        }
        else if (kind == "several outputs")
        {
            set.AddOutputs(2 + random.NextInteger(2), ref random);
        }

        return set;
    }

    /// <summary>A normal number, or one of Student's distribution with so many degrees of freedom.</summary>
    private static double Noise(int freedom, ref RandomStream random)
    {
        double number = random.NextNormal();
        double squares = 0;
        for (int k = 0; k < freedom; k++)
        {
            squares += Math.Pow(random.NextNormal(), 2) / freedom;
        }

        return freedom == 0 ? number : number / Math.Sqrt(squares);
    }

    /// <summary>Makes up to all columns but one wrong, each in a way of its own.</summary>
    private void Spoil(ref RandomStream random)
    {
        int right = random.NextInteger(Inputs);
        for (int i = 0; i < Inputs; i++)
        {
            int fault = random.NextInteger(7);
            if (i == right || fault == 6)
            {
                continue;
            }

            Wrong.Add(i);
            double number = random.NextNormal();
            for (int s = 0; s < Samples; s++)
            {
                double label = Gradient[s, i];
                Gradient[s, i] = fault switch { 0 => 0, 1 => -label, 2 => 2 * label, 3 => number, 4 => label * random.NextNormal(), _ => X[s, right] };
            }
        }

        Name += $", wrong {string.Join(" ", Wrong)}";
    }

    /// <summary>Outputs that are this one plus squares of the inputs, each in a unit of its own.</summary>
    private void AddOutputs(int outputs, ref RandomStream random)
    {
        var (y, jacobian) = (new double[Samples, outputs], new double[Samples, outputs, Inputs]);
        for (int o = 0; o < outputs; o++)
        {
            double unit = Math.Pow(10, random.NextUniform(-2, 2));
            for (int i = 0; i < Inputs; i++)
            {
                double bend = random.NextNormal();
                for (int s = 0; s < Samples; s++)
                {
                    y[s, o] += unit * ((Y[s] / Inputs) + (bend * X[s, i] * X[s, i] / 2));
                    jacobian[s, o, i] = unit * (Gradient[s, i] + (bend * X[s, i]));
                }
            }
        }

        Other = JetData.FromJacobian(X, y, jacobian);
    }

    private static RandomLabelSet Manifold(int samples, ref RandomStream random)
    {
        int p = 1 + random.NextInteger(3);
        const int n = 5;
        double frequency = random.NextUniform(0.5, 2);
        var set = new RandomLabelSet($"manifold of {p}, frequency {frequency:G2}", samples, 1);
        var layout = JetLayout.Full(p, 2);
        var input = new JetBatch<double>(layout, samples, n);
        var target = new JetBatch<double>(layout, samples, 2);
        var wave = new double[n + 2, p];
        double[] phase = new double[n + 2];
        double noise = random.NextInteger(3) == 0 ? Math.Pow(10, random.NextUniform(-3, 0)) : 0;
        for (int f = 0; f < n + 2; f++)
        {
            phase[f] = random.NextUniform(0, Math.Tau);
            for (int i = 0; i < p; i++)
            {
                wave[f, i] = random.NextNormal() * frequency;
            }
        }

        double[] r = new double[p];
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < p; i++)
            {
                r[i] = random.NextUniform(-1, 1);
            }

            for (int f = 0; f < n + 2; f++)
            {
                var batch = f < n ? input : target;
                int feature = f < n ? f : f - n;
                double angle = phase[f];
                for (int i = 0; i < p; i++)
                {
                    angle += wave[f, i] * r[i];
                }

                var (sin, cos) = Math.SinCos(angle);
                batch[0, s, feature] = sin + (f < n ? 0 : noise * random.NextNormal());
                for (int i = 0; i < p; i++)
                {
                    batch[1 + i, s, feature] = wave[f, i] * cos;
                    for (int j = i; j < p; j++)
                    {
                        batch[layout.Second(i, j), s, feature] = -wave[f, i] * wave[f, j] * sin;
                    }
                }
            }
        }

        set.Other = new MemoryJetSource<double>(input, target);
        return set;
    }

    private static RandomLabelSet Directions(int samples, ref RandomStream random)
    {
        int n = 2 + random.NextInteger(5);
        int k = 1 + random.NextInteger(2);
        double noise = random.NextInteger(3) == 0 ? Math.Pow(10, random.NextUniform(-3, 0)) : 0;
        double frequency = random.NextUniform(0.5, 3);
        var set = new RandomLabelSet($"{k} directions in {n}, frequency {frequency:G2}, noise {noise:G2}", samples, 1);
        var input = new JetBatch<double>(JetLayout.Full(k, 1), samples, n);
        var target = new JetBatch<double>(JetLayout.Directional(k), samples, 1);
        double[] wave = new double[n];
        for (int f = 0; f < n; f++)
        {
            wave[f] = random.NextNormal() * frequency / Math.Sqrt(n);
        }

        for (int s = 0; s < samples; s++)
        {
            double angle = 0;
            for (int f = 0; f < n; f++)
            {
                input[0, s, f] = random.NextUniform(-1, 1);
                angle += wave[f] * input[0, s, f];
            }

            var (sin, cos) = Math.SinCos(angle);
            target[0, s, 0] = sin + (noise * random.NextNormal());
            for (int i = 0; i < k; i++)
            {
                double slope = 0;
                for (int f = 0; f < n; f++)
                {
                    input[1 + i, s, f] = random.NextNormal();
                    slope += wave[f] * input[1 + i, s, f];
                }

                target[1 + i, s, 0] = slope * cos;
                target[1 + k + i, s, 0] = -slope * slope * sin;
            }
        }

        set.Other = new MemoryJetSource<double>(input, target);
        return set;
    }

    /// <summary>Measures each input in a unit and from an origin of its own, and the output too.</summary>
    private void ChangeUnits(ref RandomStream random)
    {
        double outputUnit = Math.Pow(10, random.NextUniform(-6, 6));
        double outputOrigin = random.NextInteger(2) == 0 ? 0 : outputUnit * random.NextUniform(-1000, 1000);
        for (int s = 0; s < Samples; s++)
        {
            Y[s] = (Y[s] * outputUnit) + outputOrigin;
        }

        double[] units = new double[Inputs];
        for (int i = 0; i < Inputs; i++)
        {
            double unit = units[i] = Math.Pow(10, random.NextUniform(-6, 6));
            double origin = random.NextInteger(2) == 0 ? 0 : unit * random.NextUniform(-1000, 1000);
            for (int s = 0; s < Samples; s++)
            {
                X[s, i] = (X[s, i] * unit) + origin;
                Gradient[s, i] *= outputUnit / unit;
            }
        }

        for (int s = 0; Hessian is not null && s < Samples; s++)
        {
            for (int i = 0; i < Inputs; i++)
            {
                for (int j = 0; j < Inputs; j++)
                {
                    Hessian[s, i, j] *= outputUnit / (units[i] * units[j]);
                }
            }
        }
    }
}
