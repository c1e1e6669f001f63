#!/usr/bin/env bash
# Kills trainings with SIGKILL at random times, resumes them from their checkpoints, and compares the bits of the networks with those of trainings
# that nobody killed: orders 0 to 2, Adam and SOAP, float and double, with and without early stopping, and one and two threads in turn.
# Options: --kills N for each of the 12 trainings (4), --seed S (1), --no-build. Exit code 1 if any network differs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kills=4
RANDOM=1
build=1
while (($# > 0)); do
  case $1 in
    --no-build) build=0; shift ;;
    --kills) kills=${2:?}; shift 2 ;;
    --seed) RANDOM=${2:?}; shift 2 ;;
    *) echo "Unknown option $1." >&2; exit 2 ;;
  esac
done

if ((build)); then
  dotnet build tests/SobolevNet.Child -c Release --nologo -v q
fi

child=tests/SobolevNet.Child/bin/Release/net10.0/SobolevNet.Child.dll
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
killed=0 writing=0 before_the_first=0 different=0

# Waits until the checkpoint of $1 is being written, or the child $2 has ended.
await_write() {
  local temporary
  while kill -0 "$2" 2>/dev/null; do
    for temporary in "$1".*.tmp; do
      [[ -e $temporary ]] && return
    done
  done
}

# Runs the training $1 with the checkpoint $2 to the end, with kills on the way, and prints its hash.
run_killed() {
  local training=$1 checkpoint=$2 left=$kills threads=1 child_id epochs
  while :; do
    : > "$folder/output"
    # shellcheck disable=SC2086
    dotnet exec "$child" train $training $threads "$checkpoint" > "$folder/output" 2>&1 &
    child_id=$!
    threads=$((3 - threads))
    if ((left > 0)); then
      # The first kill comes early, before or in the first epoch, the others after 0 to 7 more; every second one waits for a write.
      epochs=$((left == kills ? 0 : RANDOM % 8))
      until (($(grep -c -e beginning -e resuming -e '^epoch' "$folder/output") > epochs)) || ! kill -0 $child_id 2>/dev/null; do sleep 0.01; done
      sleep "0.$(printf %03d $((RANDOM % (left == kills ? 600 : 200))))"
      ((left % 2)) || await_write "$checkpoint" $child_id
      if kill -9 $child_id 2>/dev/null; then
        wait $child_id 2>/dev/null || true
        if ! grep -q hash "$folder/output"; then
          left=$((left - 1))
          killed=$((killed + 1))
          [[ -n $(find "$folder" -name '*.tmp' -print -quit) ]] && writing=$((writing + 1))
          [[ -e $checkpoint ]] || before_the_first=$((before_the_first + 1))
          continue
        fi
      fi
    fi

    wait $child_id 2>/dev/null || true
    return
  done
}

optimizers=(adam soap) precisions=(float double) ends=(whole stopping)
for order in 0 1 2; do
  for o in 0 1; do
    for p in 0 1; do
      training="$order ${optimizers[o]} ${precisions[p]} ${ends[(order + o + p) % 2]}"
      # shellcheck disable=SC2086
      expected=$(dotnet exec "$child" train $training 1 "$folder/whole")
      rm -f "$folder"/whole*
      before=$killed
      run_killed "$training" "$folder/killed"
      rm -f "$folder"/killed*
      if [[ $(grep -h hash "$folder/output") == $(grep hash <<< "$expected") ]]; then
        echo "order $training: $((killed - before)) kills, the same bits ($(grep after <<< "$expected"))"
      else
        different=$((different + 1))
        echo "order $training: $((killed - before)) kills, OTHER BITS"
        cat "$folder/output"
      fi
    done
  done
done

echo "$killed kills, $writing of them while a checkpoint was written, $before_the_first before the first one; $different of 12 networks differ"
((different == 0))
