//! The program `vestibule`: see the library's documentation for the map.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    keep_pages_small();
    vestibule::cli::run()
}

/// Most systems hand out huge pages unasked, and the program would hold twice the memory. Who can't be told goes on so.
fn keep_pages_small() {
    #[cfg(target_os = "linux")]
    rustix::thread::disable_transparent_huge_pages(true).ok();
}
