//! What a file is, by its content alone, and what we make of it.

mod boxes;
mod captions;
mod document;
mod film;
mod picture;

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use super::model::{Kind, Rendition};
use crate::{
    kernel::error::{Error, Result},
    platform::images::{Encoded, Images, format_of},
};

/// How much of a file is read to tell its type.
const HEAD: u64 = 8 * 1024;

/// What came out of looking at a file.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) kind: Kind,
    pub(super) mime: String,
    /// What is kept as the original, when it is not the upload itself.
    pub(super) original: Option<Vec<u8>>,
    pub(super) renditions: Vec<(Rendition, Encoded)>,
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    pub(super) duration_ms: Option<u64>,
}

impl Made {
    fn plain(kind: Kind, mime: &str) -> Self {
        Self {
            kind,
            mime: mime.into(),
            original: None,
            renditions: Vec::new(),
            width: None,
            height: None,
            duration_ms: None,
        }
    }
}

/// What looking needs.
#[derive(Debug, Clone)]
pub(super) struct Bench {
    pub(super) images: Images,
    /// Where ffprobe is, if it is installed.
    pub(super) ffprobe: Option<PathBuf>,
}

/// Looks at the file and makes what is to be kept of it. The name only decides what a text is
/// called, and that something called captions must be captions.
///
/// # Errors
/// `Invalid` with a sentence for the person when the content is refused.
pub(super) async fn look(bench: &Bench, path: &Path, bytes: u64, name: &str) -> Result<Made> {
    let file = path.to_owned();
    let head = super::actions::blocking(move || read(&file, HEAD)).await?;
    let found = infer::get(&head);
    let mime = found.map_or("", |t| t.mime_type());
    if let Some(format) = format_of(mime) {
        let path = path.to_owned();
        return bench.images.run(move || picture::make(&path, format)).await;
    }
    if matches!(
        found.map(|t| t.matcher_type()),
        Some(infer::MatcherType::Video | infer::MatcherType::Audio)
    ) {
        return film::make(bench.ffprobe.as_deref(), path, mime).await;
    }
    let extension = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    if captions::is_webvtt(&head) || captions::is_subrip(&head) || matches!(extension.as_str(), "vtt" | "srt") {
        if bytes > captions::MOST {
            return Err(Error::field("", "captions.too_large", "Captions may have at most 4 MB."));
        }
        let path = path.to_owned();
        let whole = super::actions::blocking(move || read(&path, captions::MOST)).await?;
        return captions::make(&whole);
    }
    document::make(&head, bytes <= HEAD, name, found)
}

fn read(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
