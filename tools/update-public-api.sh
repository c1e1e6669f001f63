#!/usr/bin/env bash
# Writes PublicAPI.Unshipped.txt of each library anew from what the analyzer finds: everything public that is not in its
# PublicAPI.Shipped.txt. Look at the difference before committing it. After a release, move the lines to Shipped.
# If a build fails for another reason than such findings, all files stay as they were.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

projects=(src/SobolevNet src/SobolevNet.Onnx)
before=$(mktemp -d)
isDone=false
restore() {
  if ! $isDone; then
    cp -r "$before"/. .
  fi
  rm -rf "$before"
}

for project in "${projects[@]}"; do
  mkdir -p "$before/$project"
  cp "$project/PublicAPI.Unshipped.txt" "$before/$project/"
done
trap restore EXIT
trap 'exit 1' INT TERM

for project in "${projects[@]}"; do
  unshipped=$project/PublicAPI.Unshipped.txt
  echo '#nullable enable' > "$unshipped"
  if ! log=$(dotnet build "$project" -c Release --no-incremental --no-dependencies --nologo -p:TreatWarningsAsErrors=false 2>&1); then
    errors=$(grep -E '(^|[ :])error( |:)' <<<"$log" | sort -u || true)
    if [[ -z $errors ]] || grep -qvE 'error RS[0-9]+:' <<<"$errors"; then
      echo "$project does not build; no file was changed." >&2
      echo "${errors:-$log}" >&2
      exit 1
    fi
  fi
  sed -n "s/.*\(warning\|error\) RS0016: Symbol '\(.*\)' is not part of the declared public API.*/\2/p" <<<"$log" | LC_ALL=C sort -u >> "$unshipped"
  echo "$(($(wc -l < "$unshipped") - 1)) members in $unshipped"
done
isDone=true
