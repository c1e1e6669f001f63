// Reads damaged files for as long as asked: each must be read or refused by an InvalidDataException, in bounded time and memory.
//   SobolevNet.Fuzz [--seconds N] [--seed S] [--target NAME] [--keep FOLDER]
// The same seed damages the same files in the same ways. A file that fails is kept in the folder. Exit code 1 if any failed.
using System.Globalization;
using SobolevNet.Fuzz;

double seconds = 10;
ulong seed = 1;
string? target = null;
string folder = "artifacts/fuzz";
for (int k = 0; k < args.Length; k += 2)
{
    string value = k + 1 < args.Length ? args[k + 1] : "";
    switch (args[k])
    {
        case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out seconds):
        case "--seed" when ulong.TryParse(value, CultureInfo.InvariantCulture, out seed):
            break;
        case "--target":
            target = value;
            break;
        case "--keep":
            folder = value;
            break;
        default:
            Console.Error.WriteLine($"{args[k]} {value} is not known; --seconds N, --seed S, --target NAME and --keep FOLDER are.");
            return 2;
    }
}

Directory.CreateDirectory(folder);
FuzzTarget[] all = FuzzTargets.All();
FuzzTarget[] targets = [.. all.Where(candidate => target is null || candidate.Name == target)];
if (targets.Length == 0)
{
    Console.Error.WriteLine($"There is no target \"{target}\"; there are {string.Join(", ", all.Select(candidate => candidate.Name))}.");
    return 2;
}

using var session = new FuzzSession(targets, folder);
return session.Run(TimeSpan.FromSeconds(seconds), seed) ? 0 : 1;
