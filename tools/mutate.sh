#!/usr/bin/env bash
# Mutation test: changes the library in small ways, one at a time, and reports the changes that no test notices. By default 150 changes drawn
# over all folders, in about an hour and a half on two cores. Options: --count N, --seed S, --under FOLDER/, --workers N, --timeout SECONDS,
# --near (only the tests of the mutated folder, for a first look), --list. README.md of tools/SobolevNet.Mutations has the figures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dotnet build tests/SobolevNet.Tests -c Release --nologo -v quiet
dotnet run --project tools/SobolevNet.Mutations -c Release --no-launch-profile -- "$@"
