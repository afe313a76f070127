//! The bytes of a file. The gate is asked at every request, so nothing of this may be cached
//! without asking: browsers revalidate by ETag.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::{StreamExt as _, stream};

use super::range::{Part, is_known, wanted};
use crate::{
    kernel::{
        error::{Error, Result},
        id::AssetId,
    },
    media::{
        model::{Kind, StoredFile},
        policy::{FileQuery, ReadFile},
    },
    platform::web::guard::Guard,
};

/// How much is read from disk at once.
const PIECE: u64 = 256 * 1024;

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
            Part::Whole => send(&file, 0, file.bytes).await?,
            Part::Bytes(first, last) => partial(&file, first, last).await?,
            Part::Outside => return Ok(outside(file.bytes)),
        }
    };
    describe(&file, &etag, response.headers_mut());
    Ok(response)
}

/// A file on its way out: what is open, how much of it is left to send.
struct Way {
    file: File,
    left: u64,
}

async fn send(file: &StoredFile, from: u64, length: u64) -> Result<Response> {
    let path = file.path.clone();
    let gone = |error: std::io::Error| Error::internal(format!("{}: {error}", file.path.display()));
    // Opened and read for the first time on one visit to a thread that may block.
    let begun = blocking(move || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        Way { file, left: length }.piece()
    });
    let (first, way) = begun.await.map_err(gone)?;
    let rest = stream::unfold(Some(way), |way| async move {
        let way = way.filter(|way| way.left > 0)?;
        Some(match blocking(move || way.piece()).await {
            Ok((piece, way)) => (Ok(piece), Some(way)),
            Err(error) => (Err(error), None),
        })
    });
    let pieces = stream::iter([Ok(first)]).chain(rest);
    let mut response = Body::from_stream(pieces).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

impl Way {
    /// Reads the next piece. Blocking. The buffer is read into as it is, without being wiped first,
    /// and sent as it is, without being copied.
    fn piece(mut self) -> std::io::Result<(Bytes, Self)> {
        let wanted = self.left.min(PIECE);
        let mut piece = Vec::with_capacity(usize::try_from(wanted).unwrap_or_default());
        let read = (&self.file).take(wanted).read_to_end(&mut piece)? as u64;
        if read < wanted {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read;
        Ok((piece.into(), self))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}

async fn partial(file: &StoredFile, first: u64, last: u64) -> Result<Response> {
    let mut response = send(file, first, last - first + 1).await?;
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
