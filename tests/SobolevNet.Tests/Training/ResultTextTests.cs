using System.Globalization;
using System.Text.Json;
using SobolevNet.Tests.Networks;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>Results as tables to read and as JSON.</summary>
public class ResultTextTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 1)]
    [InlineData(8, 2)]
    [InlineData(400, 1)]
    public void ToString_OfAnyNumberOfOutputs_IsATableOf80ColumnsAndFewLines(int outputs, int order)
    {
        var evaluation = Random(outputs, order);
        string[] lines = evaluation.ToString().Split('\n');
        lines.Should().OnlyContain(line => line.Length <= 80);
        int columns = evaluation.Components.Count;
        lines.Length.Should().Be(2 + Math.Min(columns, 16) + (columns > 16 ? 1 : 0));
        lines[0].Should().StartWith($"{evaluation.Samples} samples, relative error ");
        lines[1].Should().MatchRegex("^ +% of size +rms +mean +50 % +99 % +max +at sample$");
        var shown = evaluation.Components.OrderByDescending(errors => errors.Relative).Take(16);
        foreach (var errors in shown)
        {
            string row = lines.Should().ContainSingle(line => line.StartsWith($"y{errors.Output} {errors.Name} ", StringComparison.Ordinal)).Subject;
            row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2..].Should().Equal(
                [.. new[] { 100 * errors.Relative!.Value, errors.Rms, errors.Mean, errors.Median, errors.Quantile99, errors.Max }.Select(Three), $"{errors.WorstSamples[0]}"]);
        }

        if (columns > 16)
        {
            lines[^1].Should().Be($"… {columns - 16} more, whose errors are smaller in per cent");
        }

        static string Three(double figure) => figure.ToString("G3", CultureInfo.InvariantCulture);
    }

    [Fact]
    public void ToString_InAnyCulture_IsTheSame()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            var result = Train();
            string invariant = result.ToString();
            CultureInfo.CurrentCulture = TestCulture.Comma;
            result.ToString().Should().Be(invariant);
            invariant.Should().StartWith("Completed after 4 epochs, 8 steps, ").And.Contain("\nTraining: ").And.Contain("\nValidation: ");
            Train(isValidated: false).ToString().Should().NotContain("\nValidation: ").And.Contain("\n" + TrainingFindings.Text(TrainingFinding.NotValidated));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void ToString_OfFiguresOfAnySize_KeepsItsColumns()
    {
        var errors = new ComponentErrors
        {
            Output = 12345, Component = 1, Name = "∂10000∂10001", Count = 3, Size = 1, Mean = 1.234e-250, Rms = double.PositiveInfinity, Median = double.NaN,
            Quantile99 = 1.2345e250, Max = 9.9999e-100, WorstSamples = [12345678901],
        };
        string row = new Evaluation(3, [1e-300], 1, [errors]).ToString().Split('\n')[2];
        row.Should().HaveLength(80);
        row.Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().Equal(
            "y12345", "∂10000…", "Infinity", "Infinity", "1.2E-250", "-", "1.2E+250", "1E-99", "12345678901");
    }

    [Fact]
    public void Json_OfResults_HasAllFiguresByName()
    {
        var result = Train();
        using var document = JsonDocument.Parse(JsonSerializer.Serialize(result));
        var root = document.RootElement;
        root.GetProperty("End").GetString().Should().Be("Completed");
        root.GetProperty("Findings").EnumerateArray().Select(finding => finding.GetString()).Should().Equal(result.Findings.Select(finding => finding.ToString()));
        root.GetProperty("History")[0].GetProperty("TrainingError").GetDouble().Should().Be(result.History[0].TrainingError);
        var first = root.GetProperty("Validation").GetProperty("Components")[1];
        var expected = result.Validation!.Components[1];
        first.GetProperty("Name").GetString().Should().Be("∂0");
        first.GetProperty("Quantile90").GetDouble().Should().Be(expected.Quantile90);
        first.GetProperty("Relative").GetDouble().Should().Be(expected.Relative);
        first.GetProperty("WorstSamples").EnumerateArray().Select(sample => sample.GetInt64()).Should().Equal(expected.WorstSamples);
    }

    [Fact]
    public void Json_OfFiguresThatAreNotFinite_HasNullForWhatIsNotKnown()
    {
        var history = TrainingParts.Epoch(1);
        JsonSerializer.Serialize(history).Should().Contain("\"ValidationError\":null");
        JsonSerializer.Serialize(new TrainingProgress { OrderLosses = [1, double.NaN] }).Should().Contain("[1,null]");
        var network = Mlp<double>.Create(2, [3], 1, seed: 1);
        JsonSerializer.Serialize(new ComponentErrors { Mean = double.NaN, Size = 1, Rms = double.NaN }).Should().Contain("\"Relative\":null").And.Contain("\"Mean\":null");
        network.Parameters.Fill(1e308);
        JsonSerializer.Serialize(Evaluation.Of(network, new FunctionSource<double>(0, 10, 1))).Should().Contain("\"Max\":\"Infinity\"");
    }

    [Fact]
    public void FigureJson_OfNumbersAndLists_ReadsBackAsTheyWere()
    {
        var options = new JsonSerializerOptions { Converters = { new FigureJsonConverter() } };
        IReadOnlyList<double> figures = [0.1, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        string json = JsonSerializer.Serialize(figures, options);
        json.Should().Be("[0.1,null,\"Infinity\",\"-Infinity\"]");
        JsonSerializer.Deserialize<IReadOnlyList<double>>(json, options).Should().Equal(figures);
        JsonSerializer.Deserialize<double>("null", options).Should().Be(double.NaN);
        var converter = new FigureJsonConverter();
        new[] { typeof(double), typeof(IReadOnlyList<double>), typeof(float), typeof(string) }.Select(converter.CanConvert).Should().Equal(true, true, false, false);
        converter.CreateConverter(typeof(double), options).CanConvert(typeof(double)).Should().BeTrue();
        FluentActions.Invoking(() => JsonSerializer.Deserialize<double>("\"1\"", options)).Should().Throw<JsonException>().WithMessage("*Expected a number*");
        FluentActions.Invoking(() => JsonSerializer.Deserialize<IReadOnlyList<double>>("1", options)).Should().Throw<JsonException>().WithMessage("*array of numbers*");
    }

    [Fact]
    public void MatrixJson_OfAJacobian_IsRowsThatReadBackAsTheyWere()
    {
        var options = new JsonSerializerOptions { Converters = { new MatrixJsonConverter<double>(), new MatrixJsonConverter<float>() } };
        double[,] jacobian = JetPassTests.RandomNetwork<double>(Activation.Tanh, [3, 5, 2], 1).Jacobian([0.1, 0.2, 0.3]);
        string json = JsonSerializer.Serialize(jacobian, options);
        JsonSerializer.Deserialize<double[][]>(json)!.Select(row => row.Length).Should().Equal(3, 3);
        JsonSerializer.Deserialize<double[,]>(json, options).Should().BeEquivalentTo(jacobian, exactly => exactly.WithStrictOrdering());
        float[,] special = { { 0.1f, float.NaN }, { float.NegativeInfinity, float.PositiveInfinity } };
        JsonSerializer.Serialize(special, options).Should().Be("[[0.1,null],[\"-Infinity\",\"Infinity\"]]");
        JsonSerializer.Deserialize<float[,]>(JsonSerializer.Serialize(special, options), options).Should().BeEquivalentTo(special);
        JsonSerializer.Deserialize<double[,]>("[[1,\"NaN\"]]", options)![0, 1].Should().Be(double.NaN, "earlier versions wrote it so");
        JsonSerializer.Deserialize<double[,]>("[]", options)!.Length.Should().Be(0);
        JsonSerializer.Serialize((double[,]?)null, options).Should().Be("null");
    }

    [Theory]
    [InlineData("[[1,2],[3]]", "*Row 1 has 1 numbers; expected 2*")]
    [InlineData("[1,2]", "*array of rows*")]
    [InlineData("[[1,\"2\"]]", "*array of rows*")]
    [InlineData("{}", "*array of rows*")]
    public void MatrixJson_OfWhatIsNoMatrix_IsRefused(string json, string message)
    {
        var options = new JsonSerializerOptions { Converters = { new MatrixJsonConverter<double>() } };
        FluentActions.Invoking(() => JsonSerializer.Deserialize<double[,]>(json, options)).Should().Throw<JsonException>().WithMessage(message);
    }

    private static TrainingResult Train(bool isValidated = true) => new SobolevTrainer<double>(
            Mlp<double>.Create(2, [4], 1, seed: 1), new SobolevTrainingOptions { Epochs = 4, BatchSize = 20, Schedule = LearningRateSchedule.Constant, ScaleDirections = false })
        .Fit(new FunctionSource<double>(1, 40, 1), isValidated ? new FunctionSource<double>(1, 30, 2) : null);

    private static Evaluation Random(int outputs, int order)
    {
        var layout = JetLayout.Full(2, order);
        var source = new MemoryJetSource<double>(
            JetPassTests.RandomJets<double>(layout, 30, 2, 1), JetPassTests.RandomJets<double>(layout, 30, outputs, 2));
        return Evaluation.Of(JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 5, outputs], 4), source, order);
    }
}
