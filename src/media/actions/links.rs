//! Signed links: for players that send no cookie. A link is bound to a person and an hour, and
//! whoever follows it is asked for his right at that moment, as that person.

use serde::Deserialize;

use crate::{
    kernel::{
        id::{AssetId, UserId},
        time::Timestamp,
    },
    media::model::Rendition,
    platform::{Platform, crypto::Keys},
};

/// How long a link holds at least.
const HOLDS_MS: i64 = 6 * 3_600_000;
/// Links made within the same hour are the same, so that browsers can keep what they fetched.
const STEP_MS: i64 = 3_600_000;

/// The signed part of a link.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::media) struct Link {
    pub(in crate::media) user: UserId,
    /// Unix seconds.
    pub(in crate::media) expires: i64,
    pub(in crate::media) signature: String,
}

/// A link to a file of an asset for one person, good for six to seven hours.
#[must_use]
pub fn signed_url(platform: &Platform, asset: AssetId, rendition: Rendition, user: UserId, now: Timestamp) -> String {
    let end = now.millis().saturating_add(HOLDS_MS).div_euclid(STEP_MS) * STEP_MS + STEP_MS;
    let expires = end / 1000;
    let signature = platform.keys.sign(&message(asset, rendition, user, expires));
    let word = rendition.word();
    format!("/api/v1/media/{asset}/file?rendition={word}&u={user}&exp={expires}&sig={signature}")
}

/// Whether the link was signed here for this file and has not expired.
pub(in crate::media) fn is_ours(keys: &Keys, asset: AssetId, rendition: Rendition, link: &Link, now: Timestamp) -> bool {
    now.millis() / 1000 < link.expires && keys.is_signed(&message(asset, rendition, link.user, link.expires), &link.signature)
}

fn message(asset: AssetId, rendition: Rendition, user: UserId, expires: i64) -> String {
    format!("media.file {asset} {} {user} {expires}", rendition.word())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::EPOCH_MS;

    #[test]
    fn a_link_holds_for_its_file_person_and_time_only() {
        let keys = Keys::derive(&[3; 32]);
        let (asset, user) = (AssetId::compose(EPOCH_MS + 5, 1), UserId::compose(EPOCH_MS + 9, 2));
        let now = Timestamp::from_millis(EPOCH_MS);
        let expires = now.millis() / 1000 + 60;
        let signature = keys.sign(&message(asset, Rendition::W640, user, expires));
        let link = Link { user, expires, signature };
        assert!(is_ours(&keys, asset, Rendition::W640, &link, now));
        assert!(!is_ours(&keys, asset, Rendition::Original, &link, now));
        assert!(!is_ours(&keys, asset, Rendition::W640, &link, now.plus_secs(60)));
        let other = Link {
            user: UserId::from_raw(7),
            ..link.clone()
        };
        assert!(!is_ours(&keys, asset, Rendition::W640, &other, now));
        let longer = Link {
            expires: expires + 1,
            ..link
        };
        assert!(!is_ours(&keys, asset, Rendition::W640, &longer, now));
    }
}
