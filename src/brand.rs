//! The look that the operator can change: colours, texts, logo, icons. The folder `VESTIBULE_BRAND`
//! is read and checked once, at start. Its files are served from memory, so a file that changes
//! later never appears under the hash of the earlier content.

mod palette;
mod svg;
mod texts;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use palette::{Colour, Palette, Scheme};

use svg::SvgError;
use texts::{BrandTexts, TextsError};

/// Stylesheet with the colours of the palette.
const COLOURS: &str = "colours.css";
const ICON: &str = "icon.svg";
pub const TOUCH_ICON: &str = "icon-180.png";
pub const FAVICON: &str = "favicon.ico";
const LOGO: &str = "logo.svg";
const LOGO_DARK: &str = "logo-dark.svg";
const STYLE: &str = "brand.css";
const TEXTS: &str = "brand.toml";

/// Largest accepted file, in KiB.
const MAX_KIB: u64 = 512;

/// Height of the logo in the page's header, in CSS pixels.
const LOGO_HEIGHT: f64 = 32.0;
/// Widest logo, as a ratio of width to height.
const MAX_LOGO_RATIO: f64 = 8.0;

/// The brand of the pages and emails.
#[derive(Clone, Debug)]
pub struct Brand {
    pub palette: Palette,
    /// Heading of the front page.
    pub heading: Option<String>,
    /// Line below that heading.
    pub line: Option<String>,
    /// Last line of every email.
    pub email_footer: Option<String>,
    pub logo: Option<Logo>,
    /// Content of every file that is served, by name.
    files: BTreeMap<&'static str, Vec<u8>>,
}

/// The operator's logo. It stands beside the name of the app.
#[derive(Clone, Copy, Debug)]
pub struct Logo {
    /// Width in CSS pixels for a height of 32.
    pub width: u32,
    /// True if there is another image for dark screens.
    pub has_dark: bool,
}

/// A folder that cannot be used. Its text is one line for the operator.
#[derive(Debug, Error)]
#[error("VESTIBULE_BRAND is {folder:?}: {problem}")]
pub struct BrandError {
    folder: PathBuf,
    problem: Problem,
}

#[derive(Debug, Error)]
enum Problem {
    #[error("it must be a folder")]
    NoFolder,
    #[error("{0} can't be read: {1}")]
    Unreadable(&'static str, io::Error),
    #[error("{0} must be a file of at most {kib} KiB", kib = MAX_KIB)]
    TooLarge(&'static str),
    #[error("{0} must be {1}")]
    WrongKind(&'static str, &'static str),
    #[error(
        "{0} {1}, must be an SVG image without script, document type or references to other files"
    )]
    Svg(&'static str, SvgError),
    #[error("logo-dark.svg needs logo.svg beside it")]
    DarkLogoAlone,
    #[error("brand.toml: {0}")]
    Texts(#[from] TextsError),
}

impl Default for Brand {
    /// Returns the default brand.
    fn default() -> Self {
        Self::new(BrandTexts::default(), Palette::default(), BTreeMap::new())
    }
}

impl Brand {
    /// Reads and checks the operator's folder. Without one, returns the default brand.
    pub fn open(folder: Option<&Path>) -> Result<Self, BrandError> {
        let Some(folder) = folder else {
            return Ok(Self::default());
        };
        Self::read(folder).map_err(|problem| BrandError {
            folder: folder.to_owned(),
            problem,
        })
    }

    fn read(folder: &Path) -> Result<Self, Problem> {
        if !folder.is_dir() {
            return Err(Problem::NoFolder);
        }
        let (mut files, mut logo_ratio) = (BTreeMap::new(), None);
        for name in [ICON, TOUCH_ICON, FAVICON, LOGO, LOGO_DARK, STYLE, TEXTS] {
            if let Some(content) = read_file(folder, name)? {
                let ratio = check_kind(name, &content)?;
                if name == LOGO {
                    logo_ratio = ratio;
                }
                files.insert(name, content);
            }
        }
        if files.contains_key(LOGO_DARK) && !files.contains_key(LOGO) {
            return Err(Problem::DarkLogoAlone);
        }
        let texts = files.remove(TEXTS).unwrap_or_default();
        let texts = BrandTexts::parse(&String::from_utf8_lossy(&texts))?;
        let palette = texts.palette()?;
        let logo = logo_ratio.map(|ratio| Logo {
            width: pixels(ratio.min(MAX_LOGO_RATIO) * LOGO_HEIGHT),
            has_dark: files.contains_key(LOGO_DARK),
        });
        Ok(Self {
            logo,
            ..Self::new(texts, palette, files)
        })
    }

    /// Returns the brand without a logo. Adds the default icons where the operator has none.
    fn new(
        texts: BrandTexts,
        palette: Palette,
        mut files: BTreeMap<&'static str, Vec<u8>>,
    ) -> Self {
        // Browsers prefer this icon, so the default must not stand beside an operator's favicon.
        if !files.contains_key(FAVICON) {
            files
                .entry(ICON)
                .or_insert_with(|| default_icon(&palette.light).into_bytes());
        }
        for (name, default) in [
            (FAVICON, &include_bytes!("brand/favicon.ico")[..]),
            (TOUCH_ICON, &include_bytes!("brand/icon-180.png")[..]),
        ] {
            files.entry(name).or_insert_with(|| default.to_vec());
        }
        files.insert(COLOURS, palette.stylesheet().into_bytes());
        Self {
            palette,
            heading: texts.heading,
            line: texts.line,
            email_footer: texts.email_footer,
            logo: None,
            files,
        }
    }

    /// Returns every file that is served, with its name.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.files
            .iter()
            .map(|(name, content)| (*name, content.as_slice()))
    }

    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Returns true if there is an icon as SVG.
    pub fn has_svg_icon(&self) -> bool {
        self.files.contains_key(ICON)
    }

    /// Returns true if the operator has a stylesheet.
    pub fn has_style(&self) -> bool {
        self.files.contains_key(STYLE)
    }
}

/// Returns the content of a file, or `None` if there is no such file.
fn read_file(folder: &Path, name: &'static str) -> Result<Option<Vec<u8>>, Problem> {
    let unreadable = |error| Problem::Unreadable(name, error);
    let path = folder.join(name);
    match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        // Opening a pipe would wait for its writer.
        Ok(metadata) if !metadata.is_file() => return Err(Problem::TooLarge(name)),
        Ok(_) => (),
    }
    let limit = MAX_KIB * 1024;
    let mut content = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut content))
        .map_err(unreadable)?;
    if content.len() as u64 > limit {
        return Err(Problem::TooLarge(name));
    }
    Ok(Some(content))
}

/// Returns the ratio of width to height of an SVG image, and `None` for another file.
fn check_kind(name: &'static str, content: &[u8]) -> Result<Option<f64>, Problem> {
    let (is_right, kind) = match name {
        ICON | LOGO | LOGO_DARK => {
            let ratio = svg::check(content).map_err(|error| Problem::Svg(name, error))?;
            return Ok(Some(ratio));
        }
        TOUCH_ICON => (content.starts_with(b"\x89PNG\r\n\x1a\n"), "a PNG image"),
        FAVICON => (content.starts_with(b"\0\0\x01\0"), "an ICO image"),
        _ => (std::str::from_utf8(content).is_ok(), "UTF-8 text"),
    };
    if is_right {
        Ok(None)
    } else {
        Err(Problem::WrongKind(name, kind))
    }
}

/// Rounds a length to whole pixels, at least one.
fn pixels(length: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the caller bounds the length, and 1 is positive"
    )]
    let pixels = length.round().max(1.0) as u32;
    pixels
}

/// Returns the default icon, the arch, in the colours of the palette.
fn default_icon(scheme: &Scheme) -> String {
    let (ground, arch) = (scheme.accent, scheme.on_accent);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">\
         <rect width=\"32\" height=\"32\" rx=\"7\" fill=\"{ground}\"/>\
         <g fill=\"none\" stroke=\"{arch}\" stroke-width=\"2.25\" stroke-linecap=\"round\" \
         stroke-linejoin=\"round\"><path d=\"M8 25V15a8 8 0 0 1 16 0v10\"/>\
         <path d=\"M13 25v-9a3 3 0 0 1 6 0v9\"/><path d=\"M5.5 25h21\"/></g></svg>\n"
    )
}
