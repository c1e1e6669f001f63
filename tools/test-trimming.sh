#!/usr/bin/env bash
# Publishes a small program that keeps the whole libraries, trimmed and (with --aot) compiled ahead of time, and runs it. Warnings
# are errors. Not part of .ci/run: it fetches the runtime and the native compiler as packages, and --aot needs a linker.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out="$PWD/artifacts/trimmed"
rm -rf "$out"
publish=(-p:PublishTrimmed=true --self-contained)
if [[ "${1:-}" == "--aot" ]]; then
  publish=(-p:PublishAot=true)
  command -v clang >/dev/null || publish+=(-p:CppCompilerAndLinker=gcc)
fi
dotnet publish tests/SobolevNet.AheadOfTime -c Release --nologo -warnaserror --use-current-runtime "${publish[@]}" -o "$out"
"$out/SobolevNet.AheadOfTime"
