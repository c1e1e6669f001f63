using System.CommandLine;
using SobolevNet.Experiments.Frontiers;
using SobolevNet.Experiments.Pictures;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Commands;

/// <summary>frontier: error against run time for plain training, training with derivatives, and the best recipe.</summary>
internal static class FrontierCommand
{
    private static readonly string[] Recipes = [.. FrontierRecipe.All.Select(recipe => recipe.Name)];

    public static Command Create(ConsoleOutput terminal)
    {
        var preset = Options.Word(
            "--preset", "Settings to start from: minutes, an hour, or most of a day. [default: quick]", [.. FrontierSettings.Presets]);
        var recipes = new Option<string[]>("--recipes")
        {
            Description = $"Recipes to train, as in plain,features: {string.Join(", ", Recipes)}. [default: all]",
            HelpName = "LIST",
            CustomParser = result =>
            {
                string[] names = result.Tokens.Count == 0 ? [] : result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
                if (names.Length == 0 || names.FirstOrDefault(name => !Recipes.Contains(name)) is not null)
                {
                    result.AddError($"--recipes is \"{string.Join(',', names)}\"; expected some of {string.Join(',', Recipes)}.");
                }

                return names;
            },
        };
        var seconds = Options.Integers("--seconds", "LIST", Describe("Times in seconds, rendering included.", settings => settings.Seconds), 2, 1_000_000);
        var seeds = Options.Integers("--seeds", "LIST", Describe("Names poses, initial weights and shuffling of each repetition.", settings => settings.Seeds), 0, int.MaxValue);
        var test = Options.Integer("--test", "COUNT", "Fresh images of the error. [default: 5000]", 2);
        var threads = Options.Integer("--threads", "COUNT", "Threads; 0 for all cores.", 0, 1024);
        var output = Options.Path("--out", "DIR", "Report folder. [default: reports/frontier-<time>]");
        var resume = Options.Path("--resume", "DIR", "Go on with an interrupted frontier; its settings are read from its report.");
        Option[] ofSettings = [preset, recipes, seconds, seeds, test, threads, output];
        var command = new Command("frontier", "Trains every recipe for the same times, rendering included, and compares the errors on fresh images.");
        foreach (var option in ofSettings.Append(resume))
        {
            command.Add(option);
        }

        command.Validators.Add(result => Options.RefuseBeside(result, resume, ofSettings));
        command.SetAction(CommandLine.Action((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(resume) is { } path)
            {
                var begunFolder = new FrontierFolder(path);
                return Run(begunFolder, begunFolder.Read(), terminal, cancellationToken);
            }

            var start = FrontierSettings.Named(parsed.GetValue(preset) ?? FrontierSettings.Quick);
            var settings = start with
            {
                Recipes = parsed.GetValue(recipes) is { Length: > 0 } names ? [.. names.Distinct()] : start.Recipes,
                Seconds = parsed.GetValue(seconds) is { Length: > 0 } times ? [.. times.Distinct().Order()] : start.Seconds,
                Seeds = parsed.GetValue(seeds) is { Length: > 0 } numbers ? [.. numbers.Distinct()] : start.Seeds,
                TestImages = parsed.GetValue(test) ?? start.TestImages,
                Threads = parsed.GetValue(threads) ?? start.Threads,
            };
            var folder = new FrontierFolder(parsed.GetValue(output) ?? ReportFolder.New("frontier"));
            var begun = new FrontierReport
            {
                Complete = false,
                Started = DateTime.UtcNow,
                Machine = MachineReport.Current(),
                Settings = settings,
                Command = settings.ToCommand(),
                Recipes = [.. settings.Recipes.Select(FrontierRecipe.Named)],
                Runs = [],
            };
            folder.Create(begun);
            return Run(folder, begun, terminal, cancellationToken);
        }));
        return command;
    }

    private static int Run(FrontierFolder folder, FrontierReport begun, ConsoleOutput terminal, CancellationToken cancellationToken)
    {
        var settings = begun.Settings;
        terminal.Line(
            $"{string.Join(", ", settings.Recipes)}; {string.Join(", ", settings.Seconds)} seconds; seeds {string.Join(", ", settings.Seeds)}: {settings.Total()} in all");
        var report = begun;
        try
        {
            terminal.WithProgress(view =>
            {
                report = new FrontierExperiment(folder, begun, view, cancellationToken).Run();
                FrontierPlot.Save(report, folder.Picture);
                FrontierMarkdown.Save(report, folder);
            });
        }
        catch (OperationCanceledException)
        {
            terminal.Error($"Interrupted; runs that are done are kept. Go on with: dotnet run -c Release --project src/SobolevNet.Experiments -- frontier --resume {folder.Path}");
            return CommandLine.Interrupted;
        }

        terminal.Line();
        terminal.Table(["recipe", .. settings.Seconds.Select(time => $"{time} s")], report.Recipes.Select(recipe => FrontierMarkdown.Cells(report, recipe)));
        terminal.Line();
        terminal.Line($"Report: {folder.Path}");
        return CommandLine.Success;
    }

    /// <summary>Says what an option is in the presets.</summary>
    private static string Describe(string description, Func<FrontierSettings, int[]> value) =>
        $"{description} [{string.Join("; ", FrontierSettings.Presets.Select(name => $"{name} {string.Join(',', value(FrontierSettings.Named(name)))}"))}]";
}
