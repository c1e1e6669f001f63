#!/usr/bin/env bash
# Writes src/SobolevNet/PublicAPI.Unshipped.txt anew from what the analyzer finds: everything public that is not in
# PublicAPI.Shipped.txt. Look at the difference before committing it. After a release, move the lines to Shipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

unshipped=src/SobolevNet/PublicAPI.Unshipped.txt
before=$(mktemp)
trap 'rm -f "$before"' EXIT
cp "$unshipped" "$before"
echo '#nullable enable' > "$unshipped"
log=$(dotnet build src/SobolevNet -c Release --no-incremental --nologo -p:TreatWarningsAsErrors=false || true)
if grep -q 'error CS' <<<"$log"; then
  cp "$before" "$unshipped"
  grep 'error CS' <<<"$log" >&2
  exit 1
fi
sed -n "s/.*warning RS0016: Symbol '\(.*\)' is not part of the declared public API.*/\1/p" <<<"$log" | LC_ALL=C sort -u >> "$unshipped"
echo "$(($(wc -l < "$unshipped") - 1)) members in $unshipped"
