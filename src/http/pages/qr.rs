//! QR codes, drawn by the page itself as an SVG path. No other server learns what they contain.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Width of the empty border that readers need, in modules (ISO/IEC 18004).
const BORDER: i32 = 4;

/// A QR code for a template.
pub struct Qr {
    /// Width and height in modules, with the border.
    pub size: i32,
    /// The dark modules, as the data of an SVG path.
    pub path: String,
}

impl Qr {
    /// Returns `None` if the text is too long for a QR code, which holds about 2,300 bytes.
    pub fn new(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let start = x;
                while code.get_module(x, y) {
                    x += 1;
                }
                if x > start {
                    let (left, top, width) = (start + BORDER, y + BORDER, x - start);
                    // Writing to a string cannot fail.
                    let _ = write!(path, "M{left} {top}h{width}v1h-{width}z");
                }
                x += 1;
            }
        }
        Some(Self {
            size: code.size() + 2 * BORDER,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use rqrr::SimpleGrid;

    use super::*;

    /// Draws the path into a grid, as a browser does.
    fn drawn(qr: &Qr) -> Vec<Vec<bool>> {
        let size = usize::try_from(qr.size).expect("a size");
        let mut grid = vec![vec![false; size]; size];
        for bar in qr.path.split('M').skip(1) {
            let (at, rest) = bar.split_once('h').expect("a bar");
            let (left, top) = at.split_once(' ').expect("two numbers");
            let width = rest.split_once('v').expect("a width").0;
            let number = |text: &str| text.parse::<usize>().expect("a number");
            let (left, top, width) = (number(left), number(top), number(width));
            grid[top][left..left + width].fill(true);
        }
        grid
    }

    #[test]
    fn another_reader_reads_the_code() {
        let text = "otpauth://totp/Vestibule:ada%40example.org?secret=GEZDGNBVGY3TQOJQ";
        let qr = Qr::new(text).expect("it is short");
        let grid = drawn(&qr);
        let border = usize::try_from(BORDER).expect("a border");
        let inner = grid.len() - 2 * border;
        let grid = SimpleGrid::from_func(inner, |x, y| grid[y + border][x + border]);
        let (_, content) = rqrr::Grid::new(grid).decode().expect("a QR code");
        assert_eq!(content, text);
    }

    #[test]
    fn longest_setup_fits_and_longer_text_does_not() {
        // The app's name and the address are percent-encoded.
        assert!(Qr::new(&"a".repeat(1500)).is_some());
        assert!(Qr::new(&"a".repeat(3000)).is_none());
    }
}
