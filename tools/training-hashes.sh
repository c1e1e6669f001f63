#!/usr/bin/env bash
# Prints a hash of the parameters of networks trained in every way that the library knows. To see whether a change of the code changed any bit:
#   tools/training-hashes.sh > before.txt; ...; tools/training-hashes.sh | diff before.txt -
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
dotnet run -c Release training-hashes.cs
