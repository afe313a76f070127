//! The bytes of a file. The gate is asked at every request, so nothing of this may be cached
//! without asking: browsers revalidate by ETag.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;

use super::range::{Part, wanted};
use crate::{
    kernel::{
        error::{Error, Result},
        id::AssetId,
    },
    media::{
        model::{Kind, StoredFile},
        policy::{FileQuery, ReadFile},
    },
    platform::{
        Platform,
        web::{etag::is_known, guard::Guard, pieces},
    },
};

/// How much is read from disk at once.
const PIECE: u64 = 256 * 1024;
/// How many buffers wait to be used again: 8 MB.
const KEPT: usize = 32;

/// A file's bytes, whole or a range of them. Documents are always downloads.
#[utoipa::path(
    get, path = "/media/{asset}/file", tag = "media", params(("asset" = AssetId, Path), FileQuery),
    responses(
        (status = 200, description = "The whole file.", content_type = "*/*", body = Vec<u8>),
        (status = 206, description = "The range that was asked for.", content_type = "*/*", body = Vec<u8>),
        (status = 304, description = "The client has it already."),
        (status = 416, description = "The file has no such range."),
    )
)]
pub(in crate::media) async fn read_asset_file(g: Guard<ReadFile>, headers: HeaderMap) -> Result<Response> {
    let file = g.can.file;
    let etag = format!("\"{}\"", file.sha256);
    let mut response = if is_known(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match wanted(&headers, &etag, file.bytes) {
            Part::Whole => send(&g.platform, &file, 0, file.bytes).await?,
            Part::Bytes(first, last) => partial(&g.platform, &file, first, last).await?,
            Part::Outside => return Ok(outside(file.bytes)),
        }
    };
    describe(&file, &etag, response.headers_mut());
    Ok(response)
}

/// Buffers that have been sent. Used again, so that memory does not grow with every thread that
/// has ever read a file. In the platform's services.
#[derive(Debug, Default)]
pub(in crate::media) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    fn take(&self) -> Vec<u8> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| Vec::with_capacity(PIECE as usize))
    }

    fn give_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(buffer);
        }
    }
}

/// A piece of a file, in a buffer that goes back when it has been sent.
struct Piece {
    bytes: Vec<u8>,
    buffers: Arc<Buffers>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.buffers.give_back(std::mem::take(&mut self.bytes));
    }
}

/// A file on its way out: what is open, how much of it is left to send.
struct Way {
    file: File,
    left: u64,
    buffers: Arc<Buffers>,
}

async fn send(platform: &Platform, file: &StoredFile, from: u64, length: u64) -> Result<Response> {
    let (path, buffers) = (file.path.clone(), platform.services.find().unwrap_or_default());
    let gone = |error: std::io::Error| Error::internal(format!("{}: {error}", file.path.display()));
    // Opened and read for the first time on one visit to a thread that may block.
    let begun = blocking(move || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        let left = length;
        Way { file, left, buffers }.piece()
    });
    let (first, way) = begun.await.map_err(gone)?;
    let rest = stream::unfold(Some(way), |way| async move {
        let way = way.filter(|way| way.left > 0)?;
        Some(match blocking(move || way.piece()).await {
            Ok((piece, way)) => (Ok(piece), Some(way)),
            Err(error) => (Err(error), None),
        })
    });
    let mut response = pieces::body(first, rest).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

impl Way {
    /// Reads the next piece. Blocking. The buffer is read into as it is, without being wiped first,
    /// and sent as it is, without being copied.
    fn piece(mut self) -> std::io::Result<(Bytes, Self)> {
        let wanted = self.left.min(PIECE);
        let mut piece = Piece {
            bytes: self.buffers.take(),
            buffers: self.buffers.clone(),
        };
        let read = (&self.file).take(wanted).read_to_end(&mut piece.bytes)? as u64;
        if read < wanted {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read;
        Ok((Bytes::from_owner(piece), self))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}

async fn partial(platform: &Platform, file: &StoredFile, first: u64, last: u64) -> Result<Response> {
    let mut response = send(platform, file, first, last - first + 1).await?;
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    let range = format!("bytes {first}-{last}/{}", file.bytes);
    put(response.headers_mut(), header::CONTENT_RANGE, &range);
    Ok(response)
}

fn outside(total: u64) -> Response {
    let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    put(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{total}"));
    response
}

fn describe(file: &StoredFile, etag: &str, headers: &mut HeaderMap) {
    put(headers, header::ETAG, etag);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; img-src 'self'; media-src 'self'; sandbox; frame-ancestors 'none'"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    let charset = if file.mime.starts_with("text/") { "; charset=utf-8" } else { "" };
    put(headers, header::CONTENT_TYPE, &format!("{}{charset}", file.mime));
    put(headers, header::CONTENT_DISPOSITION, &disposition(file.kind, &file.name));
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// RFC 6266, with the name in both of its spellings (RFC 8187 for the second).
fn disposition(kind: Kind, name: &str) -> String {
    use std::fmt::Write as _;
    let how = if kind == Kind::Document { "attachment" } else { "inline" };
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && !"\"\\%".contains(c) || c == ' ' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut out = format!("{how}; filename=\"{plain}\"");
    if plain != name {
        out.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                let _infallible = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_both_spellings() {
        assert_eq!(disposition(Kind::Image, "a b.png"), "inline; filename=\"a b.png\"");
        assert_eq!(
            disposition(Kind::Document, "naïve \"plan\" 100%.pdf"),
            "attachment; filename=\"na_ve _plan_ 100_.pdf\"; filename*=UTF-8''na%C3%AFve%20%22plan%22%20100%25.pdf"
        );
    }
}
