using SobolevNet.Experiments.Commands;

return await CommandLine.RunAsync(args);
