Console.WriteLine("SobolevNet experiments");
