//! Runs the check of each fuzz target on its seeds, and on the seeds with one byte changed.
//! `scripts/fuzz` runs the fuzzers themselves.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

#[path = "../fuzz/src/lib.rs"]
mod targets;

type Check = fn(&[u8]);

const TARGETS: [(&str, Check); 8] = [
    ("address", targets::address::check),
    ("app_request", targets::app_request::check),
    ("cookies", targets::cookies::check),
    ("form", targets::form::check),
    ("forwarded_for", targets::forwarded_for::check),
    ("next", targets::next::check),
    ("passkey", targets::passkey::check),
    ("tokens", targets::tokens::check),
];

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("ASCII")
        })
        .collect();
    names.sort();
    names
}

fn seeds() -> Vec<(Check, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    assert_eq!(names(&folder), TARGETS.map(|(target, _)| target));
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    assert_eq!(
        names(&programs),
        TARGETS.map(|(target, _)| format!("{target}.rs"))
    );
    let mut seeds = Vec::new();
    for (target, check) in TARGETS {
        let folder = folder.join(target);
        assert_ne!(names(&folder), [""; 0], "{target}");
        for name in names(&folder) {
            seeds.push((check, fs::read(folder.join(name)).expect("a seed")));
        }
    }
    seeds
}

#[test]
fn every_seed_passes_its_check() {
    for (check, input) in seeds() {
        check(&input);
    }
}

proptest! {
    #[test]
    fn every_changed_seed_passes_its_check(
        seed: prop::sample::Index,
        at: prop::sample::Index,
        byte: u8,
    ) {
        let seeds = seeds();
        let (check, mut input) = seeds[seed.index(seeds.len())].clone();
        if !input.is_empty() {
            let at = at.index(input.len());
            input[at] = byte;
        }
        check(&input);
    }
}
