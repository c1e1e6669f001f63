using BenchmarkDotNet.Running;
using SobolevNet.Benchmarks.Limits;

return args is ["limits", ..]
    ? LimitsCommand.Run(args[1..])
    : BenchmarkSwitcher.FromAssembly(typeof(LimitsCommand).Assembly).Run(args).Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0;
