//! What a file is, by its content alone, and what we make of it.

mod picture;

use std::{fs::File, io::Read as _, path::Path};

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

/// Looks at the file and makes what is to be kept of it.
pub(super) async fn look(images: &Images, path: &Path) -> Result<Made> {
    let file = path.to_owned();
    let head = tokio::task::spawn_blocking(move || head(&file))
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let found = infer::get(&head);
    let mime = found.map_or("", |t| t.mime_type());
    if let Some(format) = format_of(mime) {
        let path = path.to_owned();
        return images.run(move || picture::make(&path, format)).await;
    }
    match found.map(|t| t.matcher_type()) {
        Some(infer::MatcherType::Video) => Ok(Made::plain(Kind::Video, mime)),
        Some(infer::MatcherType::Audio) => Ok(Made::plain(Kind::Audio, mime)),
        _ if head.starts_with(b"WEBVTT") || head.starts_with(b"\xEF\xBB\xBFWEBVTT") => Ok(Made::plain(Kind::Captions, "text/vtt")),
        _ => Ok(Made::plain(
            Kind::Document,
            if mime.is_empty() { "application/octet-stream" } else { mime },
        )),
    }
}

fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}
