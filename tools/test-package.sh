#!/usr/bin/env bash
# Packs the libraries under a version of their own and runs tests/SobolevNet.PackageTests against the packages, as a user would
# consume them. Options: --no-build packs what is built already (Release); --results DIR also writes the results there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=()
logger=()
while (($# > 0)); do
  case $1 in
    --no-build) build=(--no-build); shift ;;
    --results) logger=(--logger "trx;LogFileName=package.trx" --results-directory "$2"); shift 2 ;;
    *) echo "Unknown option $1." >&2; exit 2 ;;
  esac
done

# NuGet never looks again at a version that it has unpacked once, so every run has its own, and takes it away at the end.
version="$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)-test.$(date +%s).$$"
feed="$PWD/artifacts/packages"
global=$(dotnet nuget locals global-packages --list --force-english-output | sed 's/^[^:]*: *//')
rm -rf "$feed"
trap 'rm -rf "${global:?}/sobolevnet/$version" "${global:?}/sobolevnet.onnx/$version"' EXIT

for project in src/SobolevNet src/SobolevNet.Onnx; do
  dotnet pack "$project" -c Release --nologo "${build[@]}" -p:PackageVersion="$version" -o "$feed"
done
dotnet test tests/SobolevNet.PackageTests -c Release --nologo -p:SobolevNetVersion="$version" "${logger[@]}"
