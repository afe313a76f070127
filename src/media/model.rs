//! What an asset is.

pub(super) mod library;
pub(super) mod uploads;

use serde::{Deserialize, Serialize};

use crate::kernel::{
    id::{AssetId, UserId},
    time::Timestamp,
};

/// What a stored file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AssetKind)]
pub enum Kind {
    /// A picture, kept only as we encoded it.
    Image,
    /// A video.
    Video,
    /// A sound.
    Audio,
    /// WebVTT captions.
    Captions,
    /// Anything else; offered as a download only.
    Document,
}
crate::text_enum!(Kind { Image = "image", Video = "video", Audio = "audio", Captions = "captions", Document = "document" });

/// Which form of an asset is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rendition {
    /// At most 640 pixels wide; of what is no picture, the original.
    W640,
    /// At most 1280 pixels wide; of what is no picture, the original.
    W1280,
    /// Full size. Of a picture: as we encoded it.
    #[default]
    Original,
    /// What was uploaded, byte for byte: for exports, never served.
    #[serde(skip)]
    Source,
}

impl Rendition {
    /// Its fixed word in links and the database.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::W640 => "w640",
            Self::W1280 => "w1280",
            Self::Original => "original",
            Self::Source => "source",
        }
    }

    /// The widest a picture of this form is, in pixels.
    #[must_use]
    pub(super) const fn width(self) -> u32 {
        match self {
            Self::W640 => 640,
            Self::W1280 => 1280,
            Self::Original | Self::Source => 2560,
        }
    }
}

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// Who uploaded it; `None` when the system did or when he was forgotten.
    pub owner: Option<UserId>,
    /// What it is.
    pub kind: Kind,
    /// Its media type, from its content.
    pub mime: String,
    /// Its file name, cleaned.
    pub name: String,
    /// Size of the original in bytes.
    pub bytes: u64,
    /// Of the original: lower-case hex.
    pub sha256: String,
    /// Of what was uploaded: lower-case hex.
    pub source_sha256: String,
    /// Pixels, of pictures and probed videos.
    pub width: Option<u32>,
    /// Pixels, of pictures and probed videos.
    pub height: Option<u32>,
    /// Length of video and audio, when it is known.
    pub duration_ms: Option<u64>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// What it says to those who do not see it, wherever nobody wrote anything else; may be empty.
    pub alt: String,
}

/// A file ready to be served or copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Where it lies.
    pub path: std::path::PathBuf,
    /// Its media type.
    pub mime: String,
    /// Its file name, with the extension of its media type.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256: lower-case hex.
    pub sha256: String,
    /// What the asset is.
    pub kind: Kind,
}

/// The longest file name, in characters.
const NAME: usize = 120;

/// A file name without folders, control characters, direction marks and outer dots, at most 120
/// characters with its extension kept.
#[must_use]
pub(super) fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last
        .chars()
        .filter(|c| {
            !c.is_control() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
        })
        .map(|c| if "<>:\"|?*".contains(c) { '_' } else { c })
        .collect();
    let folded = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = folded.trim_matches(['.', ' ']);
    if bare.is_empty() {
        return "file".into();
    }
    if bare.chars().count() <= NAME {
        return bare.into();
    }
    let (stem, extension) = split_name(bare);
    let room = NAME - extension.chars().count();
    let stem: String = stem.chars().take(room).collect();
    format!("{}{extension}", stem.trim_end())
}

/// The stem and the extension with its dot (at most ten characters, else none).
pub(super) fn split_name(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name[at..].chars().count() <= 10 => name.split_at(at),
        _ => (name, ""),
    }
}

/// The name with the extension that fits the media type, where it is one that we make.
#[must_use]
pub(super) fn named_for(name: &str, mime: &str) -> String {
    let (stem, extension) = split_name(name);
    let lower = extension.to_lowercase();
    let fit: &[&str] = match mime {
        "image/jpeg" => &[".jpg", ".jpeg"],
        "image/webp" => &[".webp"],
        "text/vtt" => &[".vtt"],
        _ => return name.into(),
    };
    if fit.contains(&lower.as_str()) {
        name.into()
    } else {
        format!("{stem}{}", fit[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned() {
        for (given, clean) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\résumé final.PDF", "résumé final.PDF"),
            ("a\u{202E}gpj.exe\u{0}", "agpj.exe"),
            ("  ..  ", "file"),
            ("", "file"),
            ("日本語.mp4", "日本語.mp4"),
            ("a\"b<c>.txt", "a_b_c_.txt"),
        ] {
            assert_eq!(clean_name(given), clean);
        }
        let long = clean_name(&format!("{}.webm", "é".repeat(300)));
        assert!(long.chars().count() == 120 && long.ends_with("é.webm"));
    }

    #[test]
    fn extensions_follow_the_content() {
        assert_eq!(named_for("cat.PNG", "image/webp"), "cat.webp");
        assert_eq!(named_for("cat.JPEG", "image/jpeg"), "cat.JPEG");
        assert_eq!(named_for("talk", "text/vtt"), "talk.vtt");
        assert_eq!(named_for("a.b", "application/pdf"), "a.b");
    }
}
