#!/usr/bin/env bash
# Mutation test: changes the library in small ways, one at a time, and reports the changes that no test notices. By default 150 changes drawn
# over all folders. A run that was stopped goes on where it was. Options: --count N, --seed S, --under FOLDER/, --except FOLDER/, --workers N,
# --timeout SECONDS, --retry (the survivors once more), --near, --unreached, --list. README.md of tools/SobolevNet.Mutations has the figures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dotnet build tests/SobolevNet.Tests -c Release --nologo -v quiet
dotnet run --project tools/SobolevNet.Mutations -c Release --no-launch-profile -- "$@"
