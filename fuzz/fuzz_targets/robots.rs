#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| boardwalk_fuzz::robots(bytes));
