#!/usr/bin/env bash
# Writes PublicAPI.Unshipped.txt of each library anew from what the analyzer finds: everything public that is not in its
# PublicAPI.Shipped.txt. Look at the difference before committing it. After a release, move the lines to Shipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

before=$(mktemp)
trap 'rm -f "$before"' EXIT
for project in src/SobolevNet src/SobolevNet.Onnx; do
  unshipped=$project/PublicAPI.Unshipped.txt
  cp "$unshipped" "$before"
  echo '#nullable enable' > "$unshipped"
  log=$(dotnet build "$project" -c Release --no-incremental --no-dependencies --nologo -p:TreatWarningsAsErrors=false || true)
  if grep -q 'error CS' <<<"$log"; then
    cp "$before" "$unshipped"
    grep 'error CS' <<<"$log" >&2
    exit 1
  fi
  sed -n "s/.*warning RS0016: Symbol '\(.*\)' is not part of the declared public API.*/\1/p" <<<"$log" | LC_ALL=C sort -u >> "$unshipped"
  echo "$(($(wc -l < "$unshipped") - 1)) members in $unshipped"
done
