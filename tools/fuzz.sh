#!/usr/bin/env bash
# Lets the readers of files read damaged ones, in a process with a small heap. Options: --seconds N (60), --seed S (1),
# --target NAME (all), --no-build takes what is built already (Release). A file that fails is kept in artifacts/fuzz.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=1
options=(--seconds 60)
while (($# > 0)); do
  case $1 in
    --no-build) build=0; shift ;;
    --seconds | --seed | --target) options+=("$1" "${2:?}"); shift 2 ;;
    *) echo "Unknown option $1." >&2; exit 2 ;;
  esac
done

if ((build)); then
  dotnet build tests/SobolevNet.Fuzz -c Release --nologo -v q
fi

# 192 MiB of heap: a file of some kilobytes must not need more.
DOTNET_GCHeapHardLimit=0xC000000 dotnet exec tests/SobolevNet.Fuzz/bin/Release/net10.0/SobolevNet.Fuzz.dll "${options[@]}" --keep "$PWD/artifacts/fuzz"
