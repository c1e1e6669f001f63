using System.Diagnostics;
using SobolevNet;
using SobolevNet.Peers;

// Run with: dotnet run -c Release --project benchmarks/SobolevNet.Peers
// "gradients" alone compares steps with derivatives by many inputs; "recipe" alone compares what whole trainings reach in the same time.
// "blas" alone is what a child process runs with OPENBLAS_CORETYPE set, which OpenBLAS reads once, when it is loaded.
if (args is ["blas"])
{
    Console.WriteLine(BlasProduct.Measure());
    return 0;
}

if (args is ["gradients"])
{
    CompareGradients();
    return 0;
}

if (args is ["recipe"])
{
    CompareRecipes();
    return 0;
}

Console.WriteLine(
    $"Product {ProductShape.Rows} × {ProductShape.Depth} × {ProductShape.Columns}, float, 1 thread of {Environment.ProcessorCount}");
Console.WriteLine($"  SobolevNet                          {OwnProduct.Measure()}");
Console.WriteLine($"  BLAS of the system, as installed    {Child(null)}");
if (BlasProduct.IsOpenBlas)
{
    Console.WriteLine($"  the same, its AVX-512 kernels       {Child("SKYLAKEX")}");
}

Console.WriteLine($"  MathNet.Numerics, managed provider  {MathNetProduct.Measure()}");
Console.WriteLine($"  TorchSharp                          {TorchComparison.Try(TorchComparison.Product)}");
Console.WriteLine();
Console.WriteLine($"Order-2 step, 28 components, 1681-512-512-512-9, batch {StepShape.Batch}, tanh, {StepShape.Optimizer.GetType().Name}, all threads");
Console.WriteLine($"  SobolevNet, dense input             {OwnStep.Measure(images: false)}");
Console.WriteLine($"  SobolevNet, images of cubes         {OwnStep.Measure(images: true)}");
Console.WriteLine($"  TorchSharp, jets written by hand    {TorchComparison.Try(TorchComparison.Step)}");
CompareGradients();
CompareRecipes();
return 0;

static void CompareGradients()
{
    foreach (int inputs in GradientShape.Inputs)
    {
        Console.WriteLine();
        Console.WriteLine($"Step with the gradient by {inputs} inputs, {inputs}-64-64-64-1, batch {GradientShape.Batch}, softplus, Adam");
        foreach (int threads in new[] { 1, Environment.ProcessorCount }.Distinct())
        {
            Console.WriteLine($"  SobolevNet, {threads} threads                {OwnGradientStep.Measure(inputs, threads, DerivativePropagation.Auto)}");
            Console.WriteLine($"  the same, forward jets               {OwnGradientStep.Measure(inputs, threads, DerivativePropagation.Forward)}");
            Console.WriteLine($"  TorchSharp, nested differentiation   {TorchComparison.Try(() => TorchGradientStep.Measure(inputs, threads))}");
        }
    }
}

static void CompareRecipes()
{
    foreach (int assets in new[] { 7, 50 })
    {
        Console.WriteLine();
        Console.WriteLine($"Basket of {assets} assets, errors against exact prices");
        string? none = TorchComparison.Missing();
        foreach (string line in none is null ? RecipeComparison.Run(assets) : [$"  TorchSharp {none}"])
        {
            Console.WriteLine(line);
        }
    }
}

static string Child(string? coreType)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
    if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
    {
        start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
    }

    start.ArgumentList.Add("blas");
    start.Environment["OPENBLAS_NUM_THREADS"] = "1";
    if (coreType is not null)
    {
        start.Environment["OPENBLAS_CORETYPE"] = coreType;
    }

    using var child = Process.Start(start)!;
    string line = child.StandardOutput.ReadToEnd().Trim();
    child.WaitForExit();
    return child.ExitCode == 0 ? line : $"the child process ended with {child.ExitCode}";
}
