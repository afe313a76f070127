//! Addresses of files, as answers show them.

use crate::kernel::id::AssetId;

/// A course's cover: public as the course is, so the gate alone decides.
pub(super) fn cover(asset: AssetId) -> String {
    format!("/api/v1/media/{asset}/file?rendition=w640")
}
