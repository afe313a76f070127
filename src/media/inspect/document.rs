//! Everything that is no picture, video, sound or captions: kept as it is, offered as a download.

use crate::{
    kernel::error::{Error, Result},
    media::{inspect::Made, model::Kind},
};

/// What a document is called. Nothing that a browser would run keeps its own type.
pub(super) fn make(head: &[u8], is_whole: bool, name: &str, found: Option<infer::Type>) -> Result<Made> {
    use infer::MatcherType as Type;
    if let Some(found) = found {
        return match found.matcher_type() {
            Type::App if found.mime_type() != "application/wasm" => Err(Error::field(
                "",
                "media.program_refused",
                "Programs are not accepted. Put it into a ZIP archive if people are to download it.",
            )),
            Type::Image => picture(found.mime_type()),
            Type::Archive | Type::Book | Type::Doc | Type::Font => Ok(Made::plain(Kind::Document, found.mime_type())),
            _ => Ok(Made::plain(Kind::Document, text_type(name))),
        };
    }
    let mime = if is_text(head, is_whole) {
        text_type(name)
    } else {
        "application/octet-stream"
    };
    Ok(Made::plain(Kind::Document, mime))
}

/// Pictures that browsers show but we cannot write anew, and those of cameras, were meant as
/// pictures; working files such as `.psd` are downloads.
fn picture(mime: &str) -> Result<Made> {
    const MEANT: [&str; 7] = [
        "image/avif",
        "image/heif",
        "image/bmp",
        "image/tiff",
        "image/vnd.microsoft.icon",
        "image/jxl",
        "image/x-canon-cr2",
    ];
    if MEANT.contains(&mime) {
        return Err(Error::field(
            "",
            "image.unknown_format",
            "Pictures of this format cannot be shown. Use JPEG, PNG, WebP or GIF.",
        ));
    }
    Ok(Made::plain(Kind::Document, mime))
}

fn is_text(head: &[u8], is_whole: bool) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(_) => true,
        // The head may end in the middle of a character.
        Err(error) => !is_whole && error.error_len().is_none(),
    };
    valid && !head.contains(&0)
}

fn text_type(name: &str) -> &'static str {
    let extension = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    match extension.as_str() {
        "csv" => "text/csv",
        "md" | "markdown" => "text/markdown",
        "json" => "application/json",
        _ => "text/plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mime(bytes: &[u8], name: &str) -> Option<String> {
        make(bytes, true, name, infer::get(bytes)).ok().map(|made| made.mime)
    }

    #[test]
    fn nothing_active_keeps_its_type() {
        for (bytes, name) in [
            (&b"<!DOCTYPE html><script>alert(1)</script>"[..], "a.html"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "a.svg"),
            (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "a.xhtml"),
            (b"alert(1)", "a.js"),
            (b"", "empty"),
        ] {
            assert_eq!(mime(bytes, name).as_deref(), Some("text/plain"), "{name}");
        }
        assert_eq!(mime(b"a;b\n1;2\n", "x.CSV").as_deref(), Some("text/csv"));
        assert_eq!(mime(b"%PDF-1.7 ...", "x").as_deref(), Some("application/pdf"));
        assert_eq!(mime(&[0xFF, 0, 1], "x.txt").as_deref(), Some("application/octet-stream"));
        assert_eq!(mime(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "x"), None);
    }
}
