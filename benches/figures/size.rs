//! Measures the size of the release build. Its profile strips the symbols.

use std::fs;

use crate::figure::Figure;
use crate::server::PROGRAM;
use crate::stats::float;

const MAX_MEGABYTES: f64 = 15.0;

pub fn measure() -> Vec<Figure> {
    let bytes = fs::metadata(PROGRAM)
        .expect("cargo builds the program first")
        .len();
    let megabytes = float(usize::try_from(bytes).expect("the size fits in usize")) / 1e6;
    vec![Figure::new(
        "size of the program",
        "≤ 15 MB",
        format!("{megabytes:.2} MB"),
        megabytes <= MAX_MEGABYTES,
    )]
}
