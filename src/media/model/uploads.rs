//! A file on its way in, and what the tus protocol says about it.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{Kind, clean_name};
use crate::kernel::{
    id::{AssetId, UploadId, UserId},
    time::Timestamp,
};

/// How long an upload is kept after its last bytes came: a week.
pub(in crate::media) const KEPT_MS: i64 = 7 * 24 * 3_600_000;
/// Uploads of one person that may be unfinished at a time.
pub(in crate::media) const MOST_UNFINISHED: u32 = 50;
/// The longest `Upload-Metadata`, in bytes.
const MOST_METADATA: usize = 4096;

/// What has become of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UploadState)]
pub(in crate::media) enum State {
    /// Bytes are missing.
    Receiving,
    /// All bytes are here; what they are is being found out.
    Processing,
    /// It is an asset.
    Ready,
    /// It was refused: the code and the message say why.
    Failed,
}
crate::text_enum!(pub(in crate::media) State { Receiving = "receiving", Processing = "processing", Ready = "ready", Failed = "failed" });

/// A file on its way in.
#[derive(Debug, Clone)]
pub(in crate::media) struct Upload {
    pub(in crate::media) id: UploadId,
    pub(in crate::media) owner: UserId,
    pub(in crate::media) name: String,
    pub(in crate::media) mime: String,
    /// As the sender told it.
    pub(in crate::media) metadata: String,
    pub(in crate::media) length: u64,
    /// Bytes on disk when a request last ended well; the file knows better.
    pub(in crate::media) received: u64,
    /// From here on the bytes in the file have not been held against their checksum.
    pub(in crate::media) unproven_from: Option<u64>,
    pub(in crate::media) state: State,
    pub(in crate::media) replaces: Option<AssetId>,
    pub(in crate::media) asset: Option<AssetId>,
    pub(in crate::media) code: Option<String>,
    pub(in crate::media) message: Option<String>,
    pub(in crate::media) created_at: Timestamp,
    pub(in crate::media) expires_at: Timestamp,
}

/// What `Upload-Metadata` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::media) struct Told {
    pub(in crate::media) raw: String,
    pub(in crate::media) name: String,
    pub(in crate::media) mime: String,
    pub(in crate::media) replaces: Option<AssetId>,
}

impl Told {
    /// What the sender says it is, as far as that limits its size; its content will say what it is.
    pub(in crate::media) fn kind(&self) -> Option<Kind> {
        match self.mime.split('/').next() {
            Some("image") => Some(Kind::Image),
            Some("video") => Some(Kind::Video),
            Some("audio") => Some(Kind::Audio),
            Some("application") => Some(Kind::Document),
            _ => None,
        }
    }
}

/// Reads `Upload-Metadata`: pairs of a key and a value in base64, parted by commas. Of the keys,
/// `filename` (or `name`), `filetype` (or `type`) and `replaces` mean something here.
///
/// # Errors
/// A sentence about what is wrong with it.
pub(in crate::media) fn read_metadata(header: &str) -> Result<Told, &'static str> {
    if header.len() > MOST_METADATA {
        return Err("Upload-Metadata may have at most 4096 bytes.");
    }
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for pair in header.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        if key.is_empty() || !key.is_ascii() || pairs.iter().any(|(known, _)| *known == key) {
            return Err("Each key of Upload-Metadata is ASCII and stands there once.");
        }
        let bytes = BASE64_STANDARD
            .decode(value.trim())
            .map_err(|_| "The values of Upload-Metadata are base64.")?;
        pairs.push((key, String::from_utf8_lossy(&bytes).into_owned()));
    }
    let find = |keys: [&str; 2]| {
        let found = keys.iter().find_map(|key| pairs.iter().find(|(known, _)| known == key));
        found.map(|(_, value)| value.clone())
    };
    let replaces = find(["replaces", "replaces"]).map(|id| id.parse());
    Ok(Told {
        raw: header.to_owned(),
        name: clean_name(&find(["filename", "name"]).unwrap_or_default()),
        mime: find(["filetype", "type"])
            .unwrap_or_default()
            .chars()
            .filter(|c| c.is_ascii_graphic())
            .take(100)
            .collect(),
        replaces: replaces.transpose().map_err(|_| "`replaces` is the id of an asset.")?,
    })
}

/// The algorithms of `Upload-Checksum`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) enum Algorithm {
    Sha1,
    Sha256,
}

/// What the bytes of one request must come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::media) struct Checksum {
    pub(in crate::media) algorithm: Algorithm,
    pub(in crate::media) digest: Vec<u8>,
}

/// Reads `Upload-Checksum`: the algorithm and the digest in base64.
///
/// # Errors
/// A sentence about what is wrong with it.
pub(in crate::media) fn read_checksum(header: &str) -> Result<Checksum, &'static str> {
    let (algorithm, digest) = header
        .trim()
        .split_once(' ')
        .ok_or("Upload-Checksum is an algorithm and a digest.")?;
    let (algorithm, length) = match algorithm {
        "sha1" => (Algorithm::Sha1, 20),
        "sha256" => (Algorithm::Sha256, 32),
        _ => return Err("Upload-Checksum may be sha1 or sha256."),
    };
    let digest = BASE64_STANDARD
        .decode(digest.trim())
        .map_err(|_| "The digest of Upload-Checksum is base64.")?;
    if digest.len() != length {
        return Err("The digest of Upload-Checksum has another length.");
    }
    Ok(Checksum { algorithm, digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_and_wrong_metadata_is_refused() {
        let told = read_metadata("filename Li4vLi4vZXRjL3Bhc3N3ZA==,filetype dmlkZW8vbXA0, is_confidential").expect("metadata");
        assert_eq!(
            (told.name.as_str(), told.mime.as_str(), told.replaces),
            ("passwd", "video/mp4", None)
        );
        let empty = read_metadata("").expect("nothing is enough");
        assert_eq!(empty.name, "file");
        let asset = AssetId::from_raw(5);
        let header = format!("replaces {}", BASE64_STANDARD.encode(asset.to_string()));
        assert_eq!(read_metadata(&header).expect("an asset").replaces, Some(asset));
        for wrong in ["filename %%%", "a YQ==,a YQ==", "é YQ==", "replaces eA==", &"x".repeat(5000)] {
            assert!(read_metadata(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn checksums_are_read() {
        let sha1 = read_checksum("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=").expect("a checksum");
        assert_eq!((sha1.algorithm, sha1.digest.len()), (Algorithm::Sha1, 20));
        for wrong in [
            "sha1",
            "md5 1B2M2Y8AsgTpgAmY7PhCfg==",
            "sha1 %",
            "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
        ] {
            assert!(read_checksum(wrong).is_err(), "{wrong}");
        }
    }
}
