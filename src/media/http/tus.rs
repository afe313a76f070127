//! The headers of tus 1.0 (<https://tus.io/protocols/resumable-upload>).

use std::str::FromStr;

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    kernel::{error::Error, time::Timestamp},
    media::model::uploads::{Checksum, Told, read_checksum, read_metadata},
    platform::web::problem::Problem,
};

/// The version that is spoken here.
pub(super) const VERSION: &str = "1.0.0";
/// What is spoken besides the core.
pub(super) const EXTENSIONS: &str = "creation,creation-with-upload,expiration,checksum,termination";
/// What bytes may be held against.
pub(super) const ALGORITHMS: &str = "sha1,sha256";
/// The type of a body of bytes.
pub(super) const BYTES: &str = "application/offset+octet-stream";

pub(super) const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const TUS_ALGORITHMS: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const DEFER: HeaderName = HeaderName::from_static("upload-defer-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// Every answer says which version it speaks.
pub(super) async fn stamp(mut response: Response) -> Response {
    let version = HeaderValue::from_static(VERSION);
    response.headers_mut().insert(RESUMABLE, version);
    response
}

/// What may be done here, for clients that ask first.
pub(super) fn discovery(most: u64) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(TUS_VERSION, HeaderValue::from_static(VERSION));
    headers.insert(TUS_EXTENSION, HeaderValue::from_static(EXTENSIONS));
    headers.insert(TUS_ALGORITHMS, HeaderValue::from_static(ALGORITHMS));
    headers.insert(TUS_MAX_SIZE, HeaderValue::from(most));
    response
}

/// The answer to a request that the protocol does not allow.
#[derive(Debug)]
pub(super) struct Refused(Box<Response>);

impl Refused {
    pub(super) fn with(answer: impl IntoResponse) -> Self {
        Self(Box::new(answer.into_response()))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        *self.0
    }
}

fn problem(status: StatusCode, code: &str, title: &str) -> Refused {
    Refused::with(Problem::new(status, code, title))
}

fn malformed(title: &str) -> Refused {
    problem(StatusCode::BAD_REQUEST, "tus.malformed", title)
}

/// The client must speak our version.
pub(super) fn spoken(headers: &HeaderMap) -> Result<(), Refused> {
    if headers.get(RESUMABLE).is_some_and(|version| version == VERSION) {
        return Ok(());
    }
    let title = "Say which version of tus you speak: Tus-Resumable: 1.0.0.";
    let mut response = Problem::new(StatusCode::PRECONDITION_FAILED, "tus.version", title).into_response();
    response.headers_mut().insert(TUS_VERSION, HeaderValue::from_static(VERSION));
    Err(Refused::with(response))
}

/// The method that a POST stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// `PATCH`
    Append,
    /// `HEAD`
    Look,
    /// `DELETE`
    End,
}

/// Which method a POST stands for.
pub(super) fn meant(headers: &HeaderMap) -> Result<Meant, Refused> {
    let name = text(headers, &OVERRIDE)?.unwrap_or_default().to_ascii_uppercase();
    match name.as_str() {
        "PATCH" => Ok(Meant::Append),
        "HEAD" => Ok(Meant::Look),
        "DELETE" => Ok(Meant::End),
        _ => Err(malformed(
            "Say which method is meant: X-HTTP-Method-Override is PATCH, HEAD or DELETE.",
        )),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Refused> {
    let value = headers.get(name).map(HeaderValue::to_str).transpose();
    value.map_err(|_| malformed(&format!("{name} is not ASCII.")))
}

fn number<T: FromStr>(headers: &HeaderMap, name: &HeaderName) -> Result<Option<T>, Refused> {
    let Some(text) = text(headers, name)? else { return Ok(None) };
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_plain);
    number
        .map(Some)
        .ok_or_else(|| malformed(&format!("{name} is a whole number of bytes.")))
}

/// What is announced: how many bytes, and what they are.
pub(super) fn announced(headers: &HeaderMap) -> Result<(u64, Told), Refused> {
    if headers.contains_key(DEFER) {
        return Err(malformed("Say how many bytes will come: Upload-Length."));
    }
    let length: Option<u64> = number(headers, &LENGTH)?;
    let length = length.ok_or_else(|| malformed("Say how many bytes will come: Upload-Length."))?;
    if length == 0 {
        return Err(Refused::with(Error::field("", "media.empty", "The file is empty.")));
    }
    let told = read_metadata(text(headers, &METADATA)?.unwrap_or_default()).map_err(malformed)?;
    Ok((length, told))
}

/// Whether the body holds bytes of the file.
pub(super) fn carries_bytes(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == BYTES)
}

/// Where the bytes belong.
pub(super) fn offset(headers: &HeaderMap) -> Result<u64, Refused> {
    if !carries_bytes(headers) {
        let title = "Send the bytes as application/offset+octet-stream.";
        return Err(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "tus.media_type", title));
    }
    number(headers, &OFFSET)?.ok_or_else(|| malformed("Say where the bytes belong: Upload-Offset."))
}

/// What the bytes must come to.
pub(super) fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Refused> {
    let checksum = text(headers, &CHECKSUM)?.map(read_checksum).transpose();
    checksum.map_err(malformed)
}

/// Says how far the upload has come, and until when it is kept.
pub(super) fn tell(headers: &mut HeaderMap, offset: u64, expires_at: Timestamp) {
    headers.insert(OFFSET, HeaderValue::from(offset));
    if let Ok(value) = HeaderValue::from_str(&http_date(expires_at)) {
        headers.insert(EXPIRES, value);
    }
}

/// Says how long the whole is, and what was told about it.
pub(super) fn tell_whole(headers: &mut HeaderMap, length: u64, metadata: &str) {
    headers.insert(LENGTH, HeaderValue::from(length));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(value) = HeaderValue::from_str(metadata).ok().filter(|_| !metadata.is_empty()) {
        headers.insert(METADATA, value);
    }
}

/// RFC 9110 §5.6.7.
fn http_date(at: Timestamp) -> String {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    printer.timestamp_to_rfc9110_string(&at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_http_has_them() {
        let at = Timestamp::from_millis(784_111_777_000);
        assert_eq!(http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn numbers_are_plain() {
        for (text, number) in [
            ("0", Some(0)),
            ("17", Some(17)),
            ("+1", None),
            ("-1", None),
            ("1 ", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(OFFSET, HeaderValue::from_str(text).expect("a header"));
            assert_eq!(super::number::<u64>(&headers, &OFFSET).ok().flatten(), number, "{text:?}");
        }
    }
}
