//! A compact filter of breached passwords. Fewer than one in a million other passwords are reported
//! as breached. The passwords cannot be read out of the filter. It takes 21 to 22 bits per
//! password. The file is mapped into memory, so the operating system decides how much of it stays
//! there.
//!
//! File format: `vestibule-breached-1\n`, the number of passwords (8 bytes), the length of all
//! blocks in bytes (8 bytes). An index follows, with the first value of each block and its offset
//! in bits (8 bytes each). The blocks come last. All numbers are little-endian.
//!
//! A value is the first 64 bits of a password's SHA-1, scaled to the range count × 2^20. Each block
//! stands for 128 sorted values. The index has the first one, and the block has the differences of
//! the others in Golomb-Rice code.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use mmap_io::{MemoryMappedFile, MmapIoError, MmapMode};
use unicode_normalization::UnicodeNormalization;

const MAGIC: &[u8] = b"vestibule-breached-1\n";
/// The probability of a false positive is 2^-20, which is less than one in a million.
const RICE_BITS: u32 = 20;
const PER_BLOCK: usize = 128;
/// A larger count would overflow the 64-bit values.
const MOST: u64 = 1 << 40;

#[derive(Debug)]
pub struct Breached {
    file: File,
    map: MemoryMappedFile,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    first: u64,
    bit: u64,
}

/// Returns the key of one line of a password list, or `None` for an empty line. A line is a
/// password, or its SHA-1 in hexadecimal with an optional `:` and count. A password is normalised
/// to NFC, like all passwords.
pub fn key_of_line(line: &str) -> Option<u64> {
    let hash = line.split(':').next().unwrap_or_default();
    if hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return u64::from_str_radix(&hash[..16], 16).ok();
    }
    (!line.is_empty()).then(|| key_of(&line.nfc().collect::<String>()))
}

fn key_of(password: &str) -> u64 {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    hash.as_ref()
        .iter()
        .take(8)
        .fold(0, |key, byte| (key << 8) | u64::from(*byte))
}

/// Writes a filter to `path` and returns the number of distinct keys. The keys may be unsorted and
/// repeated. Fails if `path` exists, and if there are no keys or too many.
pub fn build(mut keys: Vec<u64>, path: &Path) -> io::Result<u64> {
    keys.sort_unstable();
    keys.dedup();
    let count = u64::try_from(keys.len()).unwrap_or(u64::MAX);
    if count == 0 || count > MOST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "there is no password in it",
        ));
    }
    let (mut blocks, mut bits) = (Vec::new(), BitWriter::default());
    for values in keys.chunks(PER_BLOCK) {
        let mut last = scaled(values[0], count);
        blocks.push(Block {
            first: last,
            bit: bits.length,
        });
        for value in values[1..].iter().map(|key| scaled(*key, count)) {
            bits.write_rice(value - last);
            last = value;
        }
    }
    let mut file = BufWriter::new(File::create_new(path)?);
    file.write_all(MAGIC)?;
    for number in [count, u64::try_from(bits.bytes.len()).unwrap_or(u64::MAX)] {
        file.write_all(&number.to_le_bytes())?;
    }
    for block in &blocks {
        file.write_all(&block.first.to_le_bytes())?;
        file.write_all(&block.bit.to_le_bytes())?;
    }
    file.write_all(&bits.bytes)?;
    file.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(count)
}

/// Scales a key to the range of values. The order is preserved, so the keys need sorting only once.
fn scaled(key: u64, count: u64) -> u64 {
    let range = u128::from(count) << RICE_BITS;
    // The result is below `range`, which is at most 2^60.
    u64::try_from((u128::from(key) * range) >> 64).unwrap_or(u64::MAX)
}

impl Block {
    fn read(numbers: &[[u8; 8]; 2]) -> Self {
        let [first, bit] = numbers.map(u64::from_le_bytes);
        Self { first, bit }
    }
}

impl Breached {
    /// Opens a filter. Returns an error if the file is not a valid filter.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let map = MemoryMappedFile::from_file(file.try_clone()?, MmapMode::ReadOnly, path)
            .map_err(mapping)?;
        let filter = Self { file, map };
        if !filter.parts()?.is_sound() {
            return Err(broken());
        }
        Ok(filter)
    }

    /// Returns true for a breached password, and for about one other password in a million.
    pub fn contains(&self, password: &str) -> io::Result<bool> {
        self.has(key_of(password))
    }

    fn has(&self, key: u64) -> io::Result<bool> {
        let parts = self.parts()?;
        Ok(parts.has(scaled(key, parts.count)))
    }

    /// Returns the parsed file after checking that its length is unchanged. Reading a mapped page
    /// that was cut off would kill the process with SIGBUS. The check detects a file that was
    /// overwritten in place, except at the very moment of the change. A disk error during a read
    /// still kills the process.
    fn parts(&self) -> io::Result<Parts<'_>> {
        if self.file.metadata()?.len() != self.map.len() {
            return Err(io::Error::other(
                "its length has changed: build it again, and restart",
            ));
        }
        let bytes = self
            .map
            .as_slice_bytes(0, self.map.len())
            .map_err(mapping)?;
        Parts::of(bytes).ok_or_else(broken)
    }
}

fn broken() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "it is not a filter made by 'vestibule passwords build'",
    )
}

fn mapping(error: MmapIoError) -> io::Error {
    match error {
        MmapIoError::Io(error) => error,
        other => io::Error::other(other),
    }
}

struct Parts<'a> {
    count: u64,
    /// Never empty, because the count is at least 1.
    blocks: &'a [[[u8; 8]; 2]],
    data: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (count, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
        let (data_length, rest) = rest.split_first_chunk()?;
        let [count, data_length] = [count, data_length].map(|number| u64::from_le_bytes(*number));
        if !(1..=MOST).contains(&count) {
            return None;
        }
        let block_count = usize::try_from(count.div_ceil(PER_BLOCK as u64)).ok()?;
        let (blocks, data) = rest.split_at_checked(block_count.checked_mul(16)?)?;
        let (numbers, _) = blocks.as_chunks();
        let (blocks, _) = numbers.as_chunks();
        (data.len() as u64 == data_length).then_some(Self {
            count,
            blocks,
            data,
        })
    }

    /// Returns true if the blocks are in order and begin within the data.
    fn is_sound(&self) -> bool {
        let blocks = || self.blocks.iter().map(Block::read);
        let ends_at = 8 * self.data.len() as u64;
        blocks().is_sorted_by(|one, next| one.first <= next.first && one.bit <= next.bit)
            && blocks().next_back().is_some_and(|last| last.bit <= ends_at)
    }

    fn has(&self, value: u64) -> bool {
        let after = self
            .blocks
            .partition_point(|block| Block::read(block).first <= value);
        let Some(block) = after.checked_sub(1).map(|at| Block::read(&self.blocks[at])) else {
            return false;
        };
        let ends_at = match self.blocks.get(after).map(Block::read) {
            Some(next) => next.bit,
            None => 8 * self.data.len() as u64,
        };
        let mut bits = BitReader {
            bytes: self.data,
            at: block.bit,
            ends_at,
        };
        let mut candidate = block.first;
        for _ in 1..PER_BLOCK {
            if candidate >= value {
                break;
            }
            match bits.read_rice() {
                Some(difference) => candidate = candidate.saturating_add(difference),
                // The last block may have fewer values.
                None => break,
            }
        }
        candidate == value
    }
}

#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    length: u64,
}

impl BitWriter {
    fn bit(&mut self, bit: bool) {
        let place = u32::try_from(self.length % 8).unwrap_or(0);
        if place == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << place;
        }
        self.length += 1;
    }

    /// Writes a Golomb-Rice code. The quotient of `number` and 2^`RICE_BITS` comes first in unary,
    /// that many one bits, then a zero bit. The remainder follows.
    fn write_rice(&mut self, number: u64) {
        for _ in 0..number >> RICE_BITS {
            self.bit(true);
        }
        self.bit(false);
        for place in 0..RICE_BITS {
            self.bit(number >> place & 1 == 1);
        }
    }
}

struct BitReader<'a> {
    bytes: &'a [u8],
    /// Position in bits, like `ends_at`.
    at: u64,
    ends_at: u64,
}

impl BitReader<'_> {
    fn bit(&mut self) -> Option<bool> {
        if self.at == self.ends_at {
            return None;
        }
        let byte = self.bytes.get(usize::try_from(self.at / 8).ok()?)?;
        let bit = byte >> (self.at % 8) & 1 == 1;
        self.at += 1;
        Some(bit)
    }

    fn read_rice(&mut self) -> Option<u64> {
        let mut number: u64 = 0;
        while self.bit()? {
            number = number.checked_add(1 << RICE_BITS)?;
        }
        for place in 0..RICE_BITS {
            number |= u64::from(self.bit()?) << place;
        }
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter_of(keys: Vec<u64>) -> Breached {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("filter");
        build(keys, &path).expect("builds");
        Breached::open(&path).expect("opens")
    }

    #[test]
    fn hash_count_or_password_is_one_line() {
        // The SHA-1 of "password".
        let hash = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
        let key = Some(key_of("password"));
        for line in [
            "password",
            hash,
            &format!("{hash}:10434004"),
            &hash.to_lowercase(),
        ] {
            assert_eq!(key_of_line(line), key, "{line}");
        }
        assert_eq!(key_of_line(""), None);
        assert_ne!(key_of_line(&hash[..39]), key);
    }

    #[test]
    fn million_passwords_fit_four_megabytes_and_are_found() {
        let passwords =
            |from: u32| (from..from + 1_000_000).map(|number| format!("password {number}"));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("filter");
        assert_eq!(
            build(
                passwords(0).map(|password| key_of(&password)).collect(),
                &path
            )
            .expect("builds"),
            1_000_000
        );
        let size = std::fs::metadata(&path).expect("it is there").len();
        assert!(size < 4_000_000, "{size}");
        let filter = Breached::open(&path).expect("opens");
        for password in passwords(0).step_by(101) {
            assert!(filter.contains(&password).expect("reads"), "{password}");
        }
        // A million other passwords give one false positive on average, so these 20,000 should give
        // none.
        let others = passwords(5_000_000).step_by(50);
        let wrong = others
            .filter(|password| filter.contains(password).expect("reads"))
            .count();
        assert!(wrong < 2, "{wrong}");
    }

    #[test]
    fn other_content_than_a_filter_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("filter");
        assert!(Breached::open(&path).is_err());
        let mut huge = MAGIC.to_vec();
        huge.extend([0xff; 16]);
        build(
            (0..1000).map(|number| number << 50).collect(),
            &folder.path().join("whole"),
        )
        .expect("builds");
        let whole = std::fs::read(folder.path().join("whole")).expect("reads");
        let mut disordered = whole.clone();
        disordered[MAGIC.len() + 16 + 8 + 7] = 1;
        let longer = [&whole[..], b"x"].concat();
        let cut = &whole[..whole.len() - 1];
        for content in [
            &b""[..],
            b"vestibule",
            MAGIC,
            &huge,
            &disordered,
            &longer,
            cut,
        ] {
            std::fs::write(&path, content).expect("written");
            assert!(Breached::open(&path).is_err(), "{content:?}");
        }
        assert!(build(Vec::new(), &folder.path().join("empty")).is_err());
    }

    #[test]
    fn truncated_filter_is_an_error_not_a_crash() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("filter");
        // Larger than one memory page.
        build((0..10_000).map(|number| number << 50).collect(), &path).expect("builds");
        let filter = Breached::open(&path).expect("opens");
        assert!(filter.has(9_999 << 50).expect("reads"));
        File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(100))
            .expect("cut");
        assert!(filter.has(9_999 << 50).is_err());
        // An open filter keeps working when another file is renamed to its path.
        build(
            (0..10_000).map(|number| number << 50).collect(),
            &folder.path().join("next"),
        )
        .expect("builds");
        let filter = Breached::open(&folder.path().join("next")).expect("opens");
        std::fs::rename(&path, folder.path().join("next")).expect("replaced");
        assert!(filter.has(9_999 << 50).expect("reads"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn every_key_is_found(
            keys in prop::collection::vec(any::<u64>(), 1..600),
            dense: bool,
        ) {
            let range = if dense { 1000 } else { u64::MAX };
            let keys: Vec<u64> = keys.iter().map(|key| key % range).collect();
            let count = {
                let mut sorted = keys.clone();
                sorted.sort_unstable();
                sorted.dedup();
                sorted.len()
            };
            let filter = filter_of(keys.clone());
            let found = filter.parts().expect("sound").count;
            prop_assert_eq!(usize::try_from(found).expect("small"), count);
            for key in keys {
                prop_assert!(filter.has(key).expect("reads"), "{}", key);
            }
        }

        #[test]
        fn every_password_is_found(passwords in prop::collection::vec("\\PC{1,30}", 1..300)) {
            let keys = passwords.iter().filter_map(|password| key_of_line(password)).collect();
            let filter = filter_of(keys);
            for password in &passwords {
                let typed: String = password.nfc().collect();
                prop_assert!(filter.contains(&typed).expect("reads"));
            }
        }
    }
}
