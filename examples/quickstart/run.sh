#!/bin/sh
# Generates, builds and runs the chain Rust -> C -> C++ -> Python -> Rust.
#
#   ./run.sh [COUNT]
set -eu
cd "$(dirname "$0")"
count=${1:-1000000}

# --- where the tool and the Python package are
root=$(cd ../.. && pwd)
cargo build --quiet --release --manifest-path "$root/Cargo.toml" -p shmgen-cli -p shm-capi
shmgen=$root/target/release/shmgen
export SHM_RUNTIME_LIBRARY="$root/target/release/libshm_capi.so"
export PYTHONPATH="gen:$root/python/src"
# ---

"$shmgen" gen market.toml --out gen
"${CC:-cc}" -O2 -std=c11 -Igen c/relay.c -o gen/relay_c
"${CXX:-c++}" -O2 -std=c++17 -Igen cpp/relay.cpp -o gen/relay_cpp
cargo build --quiet --release --manifest-path rust/Cargo.toml --target-dir rust/target
rust=rust/target/release/quickstart

# A segment that an interrupted run left behind would still hold its trades.
"$shmgen" rm posix:/acme.feed 2>/dev/null || true
trap 'kill $(jobs -p) 2>/dev/null || true; "$shmgen" rm --force posix:/acme.feed 2>/dev/null || true' EXIT
trap 'exit 1' INT TERM

gen/relay_c "$count" &
gen/relay_cpp "$count" &
"${PYTHON:-python3}" python/relay.py "$count" &
"$rust" source "$count" &
"$rust" sink "$count"
wait
