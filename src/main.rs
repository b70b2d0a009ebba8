//! The program `vestibule`: see the library's documentation for the map.

use std::process::ExitCode;

fn main() -> ExitCode {
    vestibule::cli::run()
}
