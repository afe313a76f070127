//! The organisation's name and colours, as every page and mail shows them.
//!
//! An admin picks one colour; it is converted to OKLCH and only its hue and a clamped chroma are
//! kept. Lightness is ours, so that no choice of colour can break contrast.

mod foot;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use foot::FooterLink;

use super::settings::Section;
use crate::kernel::{
    error::{Error, TextError},
    text::{Email, Label, Line},
};

/// The least chroma of a brand colour: below it everything is grey.
const MIN_CHROMA: f64 = 0.03;
/// The most chroma of a brand colour: beyond it light and dark tones leave sRGB.
const MAX_CHROMA: f64 = 0.14;

/// The hue of the accent that marks today.
const SUN_HUE: f64 = 78.0;
/// Brand hues this near to it are told apart by another marker.
const SUN_REACH: f64 = 25.0;

/// What the organisation is called and how it looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Shown in the browser's title, the rail and every mail.
    pub name: Label,
    /// One line below the name on public pages; may be empty.
    pub tagline: Line,
    /// The colour the admin picked.
    pub brand_colour: Colour,
    /// Where people write when they need help.
    pub support_email: Option<Email>,
    /// One line at the end of every mail and at the foot of public pages; may be empty.
    pub footer: Line,
    /// Where the foot of public pages and of mails leads besides.
    #[serde(default)]
    pub footer_links: Vec<FooterLink>,
}

/// The stored section: the organisation, and the logo that is uploaded apart from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branding {
    /// What the admin writes.
    pub organisation: Organisation,
    /// The logo, if one was uploaded.
    pub logo: Option<Logo>,
    /// The logo on dark ground; without it the other one stands there too.
    #[serde(default)]
    pub logo_dark: Option<Logo>,
    /// The sign in the browser's tab and on a phone's first page, in its sizes, the smallest first;
    /// empty while it is the product's.
    #[serde(default)]
    pub icon: Vec<IconFile>,
}

/// One size of the icon: a square PNG, encoded anew by us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IconFile {
    /// Of its blob.
    pub sha256: String,
    /// Pixels of a side.
    pub side: u32,
}

/// A logo: a square picture of at most 256 pixels, encoded anew by us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// Of its blob.
    pub sha256: String,
    /// `image/jpeg` or `image/webp`.
    pub mime: String,
}

impl Default for Branding {
    fn default() -> Self {
        let line = |text| Line::parse(text).ok();
        let organisation = Organisation {
            name: Label::parse("Momentum").unwrap_or_else(|_| unreachable!("a short label")),
            tagline: line("").unwrap_or_else(|| unreachable!("an empty line")),
            brand_colour: Colour([0x07, 0x65, 0x46]),
            support_email: None,
            footer: line("").unwrap_or_else(|| unreachable!("an empty line")),
            footer_links: Vec::new(),
        };
        Self {
            organisation,
            logo: None,
            logo_dark: None,
            icon: Vec::new(),
        }
    }
}

impl Section for Branding {
    const NAME: &'static str = "organisation";
}

/// An sRGB colour, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

impl Colour {
    /// # Errors
    /// [`TextError`] unless the text is `#` and six hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let bad = || TextError::new("colour.malformed", "Write a colour such as #076546.");
        let digits = text
            .strip_prefix('#')
            .filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))
            .ok_or_else(bad)?;
        let value = u32::from_str_radix(digits, 16).map_err(|_| bad())?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Self([red, green, blue]))
    }

    /// Hue in degrees and chroma within our bounds.
    #[must_use]
    pub fn hue_and_chroma(self) -> (f64, f64) {
        let (a, b) = self.oklab();
        let chroma = a.hypot(b);
        // A grey has no hue of its own: it keeps ours, barely coloured.
        let hue = if chroma < 0.002 {
            163.0
        } else {
            b.atan2(a).to_degrees().rem_euclid(360.0)
        };
        (hue, chroma.clamp(MIN_CHROMA, MAX_CHROMA))
    }

    /// The nearest sRGB colour: what lies outside is clipped (matrices of CSS Color 4).
    fn from_oklab(lightness: f64, a: f64, b: f64) -> Self {
        let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
        let linear = [
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
        ];
        Self(linear.map(|c| {
            let c = c.clamp(0.0, 1.0);
            let gamma = if c <= 0.003_130_8 {
                c * 12.92
            } else {
                1.055 * c.powf(1.0 / 2.4) - 0.055
            };
            // Between 0 and 255 by the clamp above.
            (gamma * 255.0).round() as u8
        }))
    }

    /// The a and b axes of OKLab (Björn Ottosson, 2020, with the matrices of CSS Color 4).
    fn oklab(self) -> (f64, f64) {
        let [r, g, b] = self.0.map(|byte| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        (
            1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        )
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl TryFrom<String> for Colour {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl utoipa::PartialSchema for Colour {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^#[0-9a-fA-F]{6}$"))
            .into()
    }
}

impl ToSchema for Colour {}

impl Branding {
    /// The style sheet that puts the brand into the tokens.
    #[must_use]
    pub fn css(&self) -> String {
        let (hue, chroma) = self.organisation.brand_colour.hue_and_chroma();
        let mut css = format!(":root{{--brand-h:{hue:.1};--brand-c:{chroma:.3}}}\n");
        if (hue - SUN_HUE).abs() <= SUN_REACH {
            // A brand as yellow as the sun: today is marked in the sky pair, whose contrast is 7:1.
            css.push_str(":root,[data-theme]{--today:var(--sky-ink);--on-today:var(--sky-soft)}\n");
        }
        css
    }

    /// The brand's hue and chroma at a lightness of 0–1, for mail, where style sheets know no OKLCH.
    #[must_use]
    pub fn tone(&self, lightness: f64) -> Colour {
        let (hue, chroma) = self.organisation.brand_colour.hue_and_chroma();
        let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
        Colour::from_oklab(lightness, a, b)
    }

    /// Where the logo is served, with its content in the address so that it may be cached for ever.
    #[must_use]
    pub fn logo_url(&self) -> Option<String> {
        self.logo
            .as_ref()
            .map(|logo| format!("/api/v1/instance/logo?v={}", short(&logo.sha256)))
    }

    /// Where the logo for dark ground is served; absent when there is none of its own.
    #[must_use]
    pub fn logo_dark_url(&self) -> Option<String> {
        self.logo_dark
            .as_ref()
            .map(|logo| format!("/api/v1/instance/logo?ground=dark&v={}", short(&logo.sha256)))
    }

    /// Where the icon is served, in the size that is at least this large; absent while it is the
    /// product's.
    #[must_use]
    pub fn icon_url(&self, side: u32) -> Option<String> {
        let file = self.icon_of(side)?;
        Some(format!("/branding/icon?side={}&v={}", file.side, short(&file.sha256)))
    }

    /// The smallest file of the icon that is at least this large, else the largest.
    #[must_use]
    pub fn icon_of(&self, side: u32) -> Option<&IconFile> {
        self.icon.iter().find(|file| file.side >= side).or_else(|| self.icon.last())
    }

    /// The web app manifest (w3.org/TR/appmanifest): what a phone's first page shows.
    #[must_use]
    pub fn manifest(&self) -> serde_json::Value {
        let name = self.organisation.name.as_str();
        let own = self.icon.iter().map(|file| {
            let sizes = format!("{0}x{0}", file.side);
            serde_json::json!({ "src": self.icon_url(file.side), "sizes": sizes, "type": "image/png", "purpose": "any" })
        });
        let mut icons: Vec<serde_json::Value> = own.collect();
        if icons.is_empty() {
            icons.push(serde_json::json!({ "src": "/favicon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any" }));
        }
        serde_json::json!({
            "name": name,
            "short_name": name,
            "description": match self.organisation.tagline.as_str() {
                "" => "Courses you finish, one short day at a time.",
                tagline => tagline,
            },
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f9f8f3",
            "theme_color": "#f9f8f3",
            "icons": icons,
        })
    }
}

/// The beginning of a hash, for an address that changes with its content.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or_default()
}

/// For callers that build an organisation from texts, such as the first-run wizard.
///
/// # Errors
/// [`Error::Invalid`] that names the field.
pub fn organisation(name: &str, colour: Option<&str>) -> crate::kernel::error::Result<Organisation> {
    let mut fields = crate::kernel::error::Fields::default();
    let name = fields.take("organisation", Label::parse(name));
    let colour = colour.map_or(Some(Branding::default().organisation.brand_colour), |text| {
        fields.take("brand_colour", Colour::parse(text))
    });
    fields.finish()?;
    match (name, colour) {
        (Some(name), Some(brand_colour)) => Ok(Organisation {
            name,
            brand_colour,
            ..Branding::default().organisation
        }),
        _ => Err(Error::internal("a refused field without an error")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (f64, f64) {
        Colour::parse(text).expect("a colour").hue_and_chroma()
    }

    #[test]
    fn known_colours_have_their_hues() {
        // Reference values of CSS Color 4's sample code.
        let (hue, chroma) = parts("#ff0000");
        assert!((hue - 29.2).abs() < 0.2 && (chroma - MAX_CHROMA).abs() < 1e-9, "{hue} {chroma}");
        let (hue, chroma) = parts("#076546");
        assert!((hue - 163.0).abs() < 2.0 && (chroma - 0.095).abs() < 0.01, "{hue} {chroma}");
        assert_eq!(parts("#808080"), (163.0, MIN_CHROMA));
    }

    #[test]
    fn tones_keep_hue_and_chroma() {
        let mut branding = Branding::default();
        for text in ["#076546", "#1d4ed8", "#b91c1c", "#a16207"] {
            branding.organisation.brand_colour = Colour::parse(text).expect("a colour");
            let (hue, _) = branding.organisation.brand_colour.hue_and_chroma();
            let (toned, _) = branding.tone(0.45).hue_and_chroma();
            assert!((hue - toned).abs() < 12.0, "{text}: {hue} became {toned}");
        }
        assert_eq!(Colour::from_oklab(1.0, 0.0, 0.0).to_string(), "#ffffff");
    }

    #[test]
    fn a_brand_near_the_sun_marks_today_in_sky() {
        let css = |text| {
            let mut brand = Branding::default();
            brand.organisation.brand_colour = Colour::parse(text).expect("a colour");
            brand.css()
        };
        assert!(css("#f7b332").contains("--today:var(--sky-ink)"));
        assert!(!css("#076546").contains("--today"));
    }

    #[test]
    fn a_manifest_names_the_organisation_and_its_icon() {
        let mut brand = Branding::default();
        assert_eq!(brand.manifest()["icons"][0]["src"], "/favicon.svg");
        brand.icon = [64, 192]
            .map(|side| IconFile {
                sha256: "ab".repeat(32),
                side,
            })
            .into();
        let manifest = brand.manifest();
        assert_eq!(manifest["name"], "Momentum");
        assert_eq!(manifest["icons"][1]["sizes"], "192x192");
        assert_eq!(
            [1, 64, 65, 999].map(|side| brand.icon_of(side).map(|file| file.side)),
            [Some(64), Some(64), Some(192), Some(192)]
        );
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        for bad in ["", "#fff", "076546", "#0765466", "#07654g", "red", "#é0765"] {
            assert!(Colour::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Colour::parse("#ABCDEF").map(|c| c.to_string()), Ok("#abcdef".into()));
    }
}
