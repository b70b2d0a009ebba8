# Build settings of `.ci/run`. Other scripts source this file to reuse its build.
# shellcheck shell=bash

# Skips the incremental cache, because each crate is compiled only once.
export CARGO_INCREMENTAL=0
# Clippy compiles our own crates, so each build also checks the lints. `cargo clippy` would analyse
# all the code a second time.
export RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-Dwarnings
