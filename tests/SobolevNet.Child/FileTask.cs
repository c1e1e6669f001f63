namespace SobolevNet.Child;

/// <summary>Reads a file, and says whether it was read or refused.</summary>
internal static class FileTask
{
    public static void Run(string reader, string path)
    {
        try
        {
            switch (reader)
            {
                case "npy":
                    NpyFile.Read<double>(path);
                    break;
                case "npz":
                    using (var file = NpzReader.Open(path))
                    {
                        foreach (string name in file.Names)
                        {
                            file.Read<double>(name);
                        }
                    }

                    break;
                case "labels":
                    JetData.Load<double>(path);
                    break;
                case "safetensors":
                    SafetensorsFile.Read(path);
                    break;
                case "network":
                    Mlp<double>.Load(path);
                    break;
                default:
                    throw new ArgumentException($"There is no reader \"{reader}\".", nameof(reader));
            }

            Console.WriteLine("read");
        }
        catch (InvalidDataException refusal)
        {
            Console.WriteLine($"refused: {refusal.Message}");
        }
    }
}
