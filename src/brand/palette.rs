//! Every colour, for light and for dark screens. Pages, emails and `theme-color` take them from
//! here.

use std::fmt;

use thiserror::Error;

/// Minimum contrast of text (WCAG 1.4.3).
const MIN_CONTRAST: f64 = 4.5;

/// A colour as `0xRRGGBB`. It is displayed as CSS, such as `#0f5f5c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(u32);

/// The colours of both schemes.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    pub light: Scheme,
    pub dark: Scheme,
}

/// An accent that would be hard to read.
#[derive(Debug, Error, PartialEq)]
#[error(
    "{key} is {accent}, must have a contrast of at least 4.5 to {other} (it has {contrast:.1})"
)]
pub struct LowContrast {
    key: &'static str,
    accent: Colour,
    other: Colour,
    contrast: f64,
}

/// Makes the schemes of a table: name, light colour, dark colour.
macro_rules! schemes {
    ($($name:ident: $light:literal, $dark:literal;)*) => {
        /// The colours of one scheme. Each is a custom property of its name.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Scheme {
            $(pub $name: Colour,)*
        }

        impl Scheme {
            const LIGHT: Self = Self { $($name: Colour($light),)* };
            const DARK: Self = Self { $($name: Colour($dark),)* };

            fn named(&self) -> Vec<(String, Colour)> {
                vec![$((stringify!($name).replace('_', "-"), self.$name),)*]
            }
        }
    };
}

schemes! {
    ground: 0xf6_f4ef, 0x12_171a;
    card: 0xff_ffff, 0x1a_2124;
    text: 0x1c_2321, 0xec_eae4;
    muted: 0x4f_5a56, 0xa9_b4b0;
    line: 0xde_dad0, 0x30_393c;
    input_border: 0x7a_8480, 0x7d_8985;
    accent: 0x0f_5f5c, 0x7f_d1c7;
    on_accent: 0xff_ffff, 0x0d_1a19;
    danger: 0xa3_201d, 0xff_9d94;
    on_danger: 0xff_ffff, 0x2b_1a1a;
    danger_ground: 0xfd_f1f0, 0x2b_1a1a;
    success: 0x1d_6b3a, 0x8f_d6a5;
    success_ground: 0xee_f7f0, 0x16_261c;
    warning: 0x7a_4a00, 0xf0_c67a;
    warning_ground: 0xfd_f5e6, 0x2a_2214;
    information: 0x2f_4858, 0xb7_cbd8;
    information_ground: 0xee_f3f6, 0x17_222a;
}

impl Default for Palette {
    fn default() -> Self {
        Self {
            light: Scheme::LIGHT,
            dark: Scheme::DARK,
        }
    }
}

impl Palette {
    /// Returns the palette with the operator's accents in place of ours.
    pub fn with_accents(
        accent: Option<Colour>,
        accent_dark: Option<Colour>,
    ) -> Result<Self, LowContrast> {
        let mut palette = Self::default();
        for (key, scheme, accent) in [
            ("accent", &mut palette.light, accent),
            ("accent_dark", &mut palette.dark, accent_dark),
        ] {
            scheme.accent = accent.unwrap_or(scheme.accent);
            scheme.check_accent(key)?;
        }
        Ok(palette)
    }

    /// Returns a stylesheet with the colours as custom properties. Rules outside its layer take
    /// precedence, wherever they stand.
    pub fn stylesheet(&self) -> String {
        let properties = |scheme: &Scheme| {
            let named = scheme.named().into_iter();
            let properties: Vec<_> = named
                .map(|(name, colour)| format!("--{name}:{colour};"))
                .collect();
            properties.concat()
        };
        format!(
            "@layer colours{{:root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}}}\n",
            properties(&self.light),
            properties(&self.dark)
        )
    }
}

impl Scheme {
    /// Checks the contrast of the accent to its backgrounds and to the text on it.
    fn check_accent(&self, key: &'static str) -> Result<(), LowContrast> {
        for other in [self.on_accent, self.card, self.ground] {
            let contrast = self.accent.contrast(other);
            if contrast < MIN_CONTRAST {
                return Err(LowContrast {
                    key,
                    accent: self.accent,
                    other,
                    contrast,
                });
            }
        }
        Ok(())
    }
}

impl Colour {
    /// Parses `#RRGGBB`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let is_hex = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hex.then(|| u32::from_str_radix(digits, 16).ok().map(Self))?
    }

    /// Returns the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
    fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(self) -> f64 {
        let [_, red, green, blue] = self.0.to_be_bytes().map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        let contrast = |one, other| Colour(one).contrast(Colour(other));
        assert!((contrast(0x00_0000, 0xff_ffff) - 21.0).abs() < 1e-9);
        assert!((contrast(0x77_7777, 0x77_7777) - 1.0).abs() < 1e-9);
        // The two greys around the limit on white.
        assert!(contrast(0x76_7676, 0xff_ffff) >= MIN_CONTRAST);
        assert!(contrast(0x77_7777, 0xff_ffff) < MIN_CONTRAST);
    }

    #[test]
    fn our_colours_are_easy_to_read() {
        let palette = Palette::default();
        for scheme in [&palette.light, &palette.dark] {
            for (on, ground, least) in [
                (scheme.text, scheme.ground, 14.4),
                (scheme.muted, scheme.ground, 6.4),
                (scheme.input_border, scheme.ground, 3.0),
                (scheme.accent, scheme.ground, 6.5),
                (scheme.on_accent, scheme.accent, 7.3),
                (scheme.danger, scheme.danger_ground, 6.7),
                (scheme.on_danger, scheme.danger, 6.7),
                (scheme.success, scheme.success_ground, 5.8),
                (scheme.warning, scheme.warning_ground, 6.8),
                (scheme.information, scheme.information_ground, 8.4),
            ] {
                let contrast = on.contrast(ground);
                assert!(contrast >= least, "{on} on {ground}: {contrast}");
            }
        }
    }

    #[test]
    fn accent_that_is_hard_to_read_is_rejected() {
        let colour = |text| Some(Colour::parse(text).expect("a colour"));
        assert!(Palette::with_accents(colour("#7a1f5c"), colour("#f0a8d4")).is_ok());
        let yellow = Palette::with_accents(colour("#ffe000"), None).expect_err("yellow");
        assert_eq!(
            yellow.to_string(),
            "accent is #ffe000, must have a contrast of at least 4.5 to #ffffff (it has 1.3)"
        );
        let dark = Palette::with_accents(None, colour("#7a1f5c")).expect_err("too dark");
        assert!(dark.to_string().starts_with("accent_dark is #7a1f5c"));
    }
}
