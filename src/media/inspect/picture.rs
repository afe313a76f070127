//! Pictures: encoded anew in full size and in the widths that pages ask for.

use std::{fs::File, io::BufReader, path::Path};

use image::ImageFormat;

use super::Made;
use crate::{
    kernel::error::{Error, Result},
    media::model::{Kind, Rendition},
    platform::images::Picture,
};

pub(super) fn make(path: &Path, format: ImageFormat) -> Result<Made> {
    let file = BufReader::new(File::open(path).map_err(Error::internal)?);
    let side = Rendition::Original.width();
    // The full picture is dropped here: only one of at most `side` pixels lives on.
    let full = Picture::read(file, format)?.within(side, side);
    let original = full.encode()?;
    let mut renditions = Vec::new();
    let mut larger = full;
    for word in [Rendition::W1280, Rendition::W640] {
        if larger.width() > word.width() {
            larger = larger.within(word.width(), u32::MAX);
            renditions.push((word, larger.encode()?));
        }
    }
    Ok(Made {
        mime: original.mime.into(),
        width: Some(original.width),
        height: Some(original.height),
        original: Some(original.bytes),
        renditions,
        ..Made::plain(Kind::Image, "")
    })
}
