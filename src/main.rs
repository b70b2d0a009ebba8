//! The `vestibule` program. The library's documentation has a map of the code.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    keep_pages_small();
    vestibule::cli::run()
}

/// Disables transparent huge pages, with which the process would use twice the memory. Ignores
/// errors, because the server also runs without this.
fn keep_pages_small() {
    #[cfg(target_os = "linux")]
    rustix::thread::disable_transparent_huge_pages(true).ok();
}
