//! How much may be uploaded: the settings section `uploads`. What the configuration allows at most
//! (`media.max_upload_bytes`) holds besides.

use serde::{Deserialize, Serialize};

use super::model::Kind;
use crate::{
    kernel::error::{Fields, Result, TextError},
    platform::settings::Section,
};

const MB: u64 = 1024 * 1024;
/// The largest number that a field takes, in megabytes: a terabyte.
const MOST_MB: u32 = 1024 * 1024;

/// The largest file of each kind, and all of them together, in megabytes (1,048,576 bytes).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadSettings {
    /// The largest picture.
    pub image_mb: u32,
    /// The largest video.
    pub video_mb: u32,
    /// The largest sound.
    pub audio_mb: u32,
    /// The largest document, and any other file.
    pub document_mb: u32,
    /// All stored files together; 0 for no limit.
    pub quota_mb: u32,
}

impl Default for UploadSettings {
    fn default() -> Self {
        Self {
            image_mb: 20,
            video_mb: 4096,
            audio_mb: 500,
            document_mb: 100,
            quota_mb: 0,
        }
    }
}

impl UploadSettings {
    /// Bytes that a file of this kind may have.
    #[must_use]
    pub fn most_bytes(&self, kind: Kind) -> u64 {
        let mb = match kind {
            Kind::Image => self.image_mb,
            Kind::Video => self.video_mb,
            Kind::Audio => self.audio_mb,
            Kind::Captions | Kind::Document => self.document_mb,
        };
        u64::from(mb) * MB
    }

    /// Bytes that all stored files together may have; `None` for no limit.
    #[must_use]
    pub fn quota_bytes(&self) -> Option<u64> {
        (self.quota_mb > 0).then(|| u64::from(self.quota_mb) * MB)
    }
}

impl Section for UploadSettings {
    const NAME: &'static str = "uploads";

    fn checked(self) -> Result<Self> {
        let mut fields = Fields::default();
        for (name, mb, least) in [
            ("image_mb", self.image_mb, 1),
            ("video_mb", self.video_mb, 1),
            ("audio_mb", self.audio_mb, 1),
            ("document_mb", self.document_mb, 1),
            ("quota_mb", self.quota_mb, 0),
        ] {
            if !(least..=MOST_MB).contains(&mb) {
                let message = format!("Use {least} to {MOST_MB} megabytes.");
                fields.push(name, TextError::new("number.out_of_range", message));
            }
        }
        fields.finish()?;
        Ok(self)
    }
}
