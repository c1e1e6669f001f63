// What tests run in a process of its own, since a heap limit or a way to die holds for a whole process: the first argument
// names the task, the others are the task's. Exit code 0 if the task ended as it should, 2 if there is no such task.
using SobolevNet.Child;

switch (args)
{
    case ["inference", var call]:
        InferenceTask.Run(call);
        return 0;
    case ["file", var reader, var path]:
        FileTask.Run(reader, path);
        return 0;
    case ["folder", var folder, var cacheBytes, var hidden]:
        FolderTask.Run(folder, cacheBytes, hidden);
        return 0;
    case ["train", var order, var optimizer, var precision, var stopping, var threads, var checkpoint]:
        TrainTask.Run(order, optimizer, precision, stopping, threads, checkpoint);
        return 0;
    default:
        Console.Error.WriteLine($"There is no task \"{string.Join(' ', args)}\".");
        return 2;
}
