//! Reads CBOR in the form that authenticators write (CTAP 2.1 §8): definite lengths, shortest form,
//! no tags, at most four levels of maps and arrays.

use super::rejection::Rejection;

const MAX_LEVELS: u8 = 4;

// Major types (RFC 8949 §3.1). The seventh, 6, is a tag.
const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const SIMPLE: u8 = 7;

/// A data item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    Integer(i128),
    Bytes(&'a [u8]),
    Text(&'a str),
    /// A map, an array, a boolean, null, undefined or a float. Its content was skipped.
    Other,
}

pub(super) struct Reader<'a> {
    rest: &'a [u8],
    /// The number of maps and arrays around the next item.
    levels: u8,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            levels: 0,
        }
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads a map. Returns the values of `keys` and skips the other members. One of `keys` given
    /// twice is rejected.
    pub(super) fn members<const N: usize>(
        &mut self,
        keys: [Item<'_>; N],
    ) -> Result<[Option<Item<'a>>; N], Rejection> {
        let (MAP, count) = self.head()? else {
            return Err(Rejection::Cbor);
        };
        let mut values = [None; N];
        self.enter()?;
        for _ in 0..count {
            let (key, value) = (self.item()?, self.item()?);
            if let Some(at) = keys.iter().position(|known| *known == key)
                && values[at].replace(value).is_some()
            {
                return Err(Rejection::Cbor);
            }
        }
        self.levels -= 1;
        Ok(values)
    }

    /// Reads one item, with its whole content.
    pub(super) fn item(&mut self) -> Result<Item<'a>, Rejection> {
        let (kind, value) = self.head()?;
        Ok(match kind {
            UNSIGNED => Item::Integer(i128::from(value)),
            NEGATIVE => Item::Integer(-1 - i128::from(value)),
            BYTES => Item::Bytes(self.take(value)?),
            TEXT => {
                let bytes = self.take(value)?;
                Item::Text(str::from_utf8(bytes).map_err(|_| Rejection::Cbor)?)
            }
            ARRAY => self.skip(value)?,
            MAP => self.skip(value.checked_mul(2).ok_or(Rejection::Cbor)?)?,
            SIMPLE => Item::Other,
            _ => return Err(Rejection::Cbor),
        })
    }

    /// Skips the items of a map or an array. Each takes at least one byte, so a count that is
    /// too large stops at the end of the input.
    fn skip(&mut self, items: u64) -> Result<Item<'a>, Rejection> {
        self.enter()?;
        for _ in 0..items {
            self.item()?;
        }
        self.levels -= 1;
        Ok(Item::Other)
    }

    fn enter(&mut self) -> Result<(), Rejection> {
        if self.levels == MAX_LEVELS {
            return Err(Rejection::Cbor);
        }
        self.levels += 1;
        Ok(())
    }

    /// Reads the major type of an item, and its value or length.
    fn head(&mut self) -> Result<(u8, u64), Rejection> {
        let (first, rest) = self.rest.split_first().ok_or(Rejection::Cbor)?;
        self.rest = rest;
        let (kind, short) = (first >> 5, first & 0x1f);
        // False, true, null, undefined, and three widths of floats.
        if kind == SIMPLE && !matches!(short, 20..=23 | 25..=27) {
            return Err(Rejection::Cbor);
        }
        let (width, least) = match short {
            0..=23 => return Ok((kind, u64::from(short))),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            // Reserved, or an indefinite length.
            _ => return Err(Rejection::Cbor),
        };
        let bytes = self.take(width)?;
        let value = bytes
            .iter()
            .fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
        // CTAP leaves floats as they are.
        if value < least && kind != SIMPLE {
            return Err(Rejection::Cbor);
        }
        Ok((kind, value))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Rejection> {
        let length = usize::try_from(length).map_err(|_| Rejection::Cbor)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Rejection::Cbor)?;
        self.rest = rest;
        Ok(taken)
    }
}

#[cfg(test)]
#[path = "cbor_tests.rs"]
mod tests;
