using System.Globalization;
using SobolevNet.Experiments.Commands;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
return await CommandLine.RunAsync(args);
