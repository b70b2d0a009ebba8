#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| vestibule_fuzz::app_request::check(input));
