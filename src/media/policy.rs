//! Who may store, see and delete assets. Whether somebody may read one is asked of the slices
//! that use it, at every request; its owner and admins always may.

use std::sync::Arc;

use axum::{extract::FromRequestParts as _, http::request::Parts};
use serde::Deserialize;

use super::{
    actions::{Link, is_ours},
    model::{Asset, Rendition, library::Sight, uploads::Upload},
    store,
};
use crate::{
    kernel::{
        actor::{Actor, Role},
        error::{Error, Result},
        id::{AssetId, UploadId, UserId},
    },
    platform::{
        Platform,
        db::Read,
        module::AssetGates,
        web::{
            extract::Query,
            guard::{Authenticate, FromAsk, NoKey, PathKey, Require, Web},
        },
    },
};

/// May store files: instructors and admins, imports and jobs.
#[derive(Debug, Clone)]
pub struct StoreAsset {
    owner: Option<UserId>,
    /// Whether the settings' limits hold: for people, not for imports.
    is_limited: bool,
}

impl StoreAsset {
    /// For jobs and the command line; the assets belong to `owner`, or to nobody.
    #[must_use]
    pub fn as_system(reason: &'static str, owner: Option<UserId>) -> Self {
        tracing::debug!(reason, "assets are stored by the system");
        Self { owner, is_limited: false }
    }

    /// For the job that finishes what a person was allowed to begin.
    pub(super) fn of_upload(owner: UserId) -> Self {
        Self {
            owner: Some(owner),
            is_limited: true,
        }
    }

    /// Whether the settings' limits hold.
    pub(super) fn is_limited(&self) -> bool {
        self.is_limited
    }

    /// Whose assets they become.
    #[must_use]
    pub fn owner(&self) -> Option<UserId> {
        self.owner
    }
}

impl Require for StoreAsset {
    type Key = NoKey;

    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Instructor)?;
        Ok(Self {
            owner: actor.user(),
            is_limited: true,
        })
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct AssetPath {
    asset: AssetId,
}

/// The asset that is asked for, and the gates that know its uses.
pub(super) struct AssetKey {
    asset: AssetId,
    gates: Option<Arc<AssetGates>>,
}

impl FromAsk for AssetKey {
    async fn from_ask(parts: &mut Parts, web: &Web) -> Result<Self> {
        let PathKey(AssetPath { asset }) = PathKey::from_ask(parts, web).await?;
        Ok(Self {
            asset,
            gates: web.platform().services.find(),
        })
    }
}

impl AssetKey {
    /// The asset, if this actor may read it.
    fn open(&self, read: &Read<'_>, actor: &Actor) -> Result<Asset> {
        let refusal = || match actor {
            Actor::Anonymous => Error::Unauthenticated,
            _ => Error::NotFound("asset"),
        };
        let asset = store::find_asset(read, self.asset)?.ok_or_else(refusal)?;
        let gates = || match &self.gates {
            Some(gates) => gates.ask(read, actor, asset.id),
            None => Ok(None),
        };
        if is_his(&asset, actor) || gates()? == Some(true) {
            Ok(asset)
        } else {
            Err(refusal())
        }
    }
}

/// Whether the asset is the actor's to change: its owner's while he may store files, and admins'.
pub(super) fn is_his(asset: &Asset, actor: &Actor) -> bool {
    actor.is_at_least(Role::Admin) || (asset.owner.is_some() && asset.owner == actor.user())
}

/// May see what an asset is.
#[derive(Debug)]
pub(super) struct SeeAsset {
    pub(super) asset: Asset,
}

impl Require for SeeAsset {
    type Key = AssetKey;

    fn decide(read: &Read<'_>, actor: &Actor, key: &AssetKey) -> Result<Self> {
        Ok(Self {
            asset: key.open(read, actor)?,
        })
    }
}

/// May delete an asset: its owner and admins.
#[derive(Debug)]
pub(super) struct DeleteAsset {
    pub(super) asset: Asset,
}

impl Require for DeleteAsset {
    type Key = AssetKey;

    fn decide(read: &Read<'_>, actor: &Actor, key: &AssetKey) -> Result<Self> {
        let asset = key.open(read, actor)?;
        if is_his(&asset, actor) {
            Ok(Self { asset })
        } else if actor.person().is_none() {
            Err(Error::Unauthenticated)
        } else {
            Err(Error::Denied("owner"))
        }
    }
}

/// May rename an asset and give it another content: its owner and admins.
#[derive(Debug)]
pub(super) struct ChangeAsset {
    asset: AssetId,
}

impl ChangeAsset {
    /// For the job that finishes what a person was allowed to begin.
    pub(super) fn as_system(reason: &'static str, asset: AssetId) -> Self {
        tracing::debug!(reason, "an asset is changed by the system");
        Self { asset }
    }

    pub(super) fn asset(&self) -> AssetId {
        self.asset
    }
}

impl Require for ChangeAsset {
    type Key = AssetKey;

    fn decide(read: &Read<'_>, actor: &Actor, key: &AssetKey) -> Result<Self> {
        let DeleteAsset { asset } = DeleteAsset::decide(read, actor, key)?;
        Ok(Self { asset: asset.id })
    }
}

/// Decided for an asset that is named elsewhere than in the path.
pub(super) fn may_change(read: &Read<'_>, actor: &Actor, id: AssetId) -> Result<ChangeAsset> {
    match store::find_asset(read, id)? {
        Some(asset) if is_his(&asset, actor) => Ok(ChangeAsset { asset: id }),
        _ => Err(Error::NotFound("asset")),
    }
}

/// May look around in the library: admins in all of it, instructors among their own files and
/// those that their courses show.
#[derive(Debug)]
pub(super) struct BrowseLibrary {
    /// Whose library it is; `None` for admins.
    user: Option<UserId>,
}

impl BrowseLibrary {
    /// What may be seen, when `shown` says what a person's courses show.
    pub(super) fn sight(&self, shown: impl FnOnce(UserId) -> Result<Vec<AssetId>>) -> Result<Sight> {
        match self.user {
            Some(user) => Ok(Sight::Of { user, shown: shown(user)? }),
            None => Ok(Sight::All),
        }
    }
}

impl Require for BrowseLibrary {
    type Key = NoKey;

    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Instructor)?;
        let user = if actor.is_at_least(Role::Admin) { None } else { actor.user() };
        Ok(Self { user })
    }
}

/// May know where an asset is used: authors and admins who may read it.
#[derive(Debug)]
pub(super) struct SeeUses {
    pub(super) asset: AssetId,
}

impl Require for SeeUses {
    type Key = AssetKey;

    fn decide(read: &Read<'_>, actor: &Actor, key: &AssetKey) -> Result<Self> {
        let asset = key.open(read, actor)?;
        actor.require(Role::Instructor)?;
        Ok(Self { asset: asset.id })
    }
}

/// May ask what may be stored: whoever is signed in. Only those who may store have a share.
#[derive(Debug)]
pub(super) struct SeeLimits {
    pub(super) owner: Option<UserId>,
}

impl Require for SeeLimits {
    type Key = NoKey;

    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        Ok(Self {
            owner: Some(actor.signed_in()?.id).filter(|_| actor.is_at_least(Role::Instructor)),
        })
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct UploadPath {
    upload: UploadId,
}

/// May go on with an upload: the one who began it, while he may store files.
#[derive(Debug)]
pub(super) struct OwnUpload {
    pub(super) upload: Upload,
}

impl Require for OwnUpload {
    type Key = PathKey<UploadPath>;

    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        actor.require(Role::Instructor)?;
        let upload = store::uploads::get(read, key.0.upload)?;
        if Some(upload.owner) == actor.user() && upload.expires_at > read.now() {
            Ok(Self { upload })
        } else {
            Err(Error::NotFound("upload"))
        }
    }
}

/// May list uploads: one's own, and everybody's as an admin.
#[derive(Debug)]
pub(super) struct SeeUploads {
    user: UserId,
    sees_all: bool,
}

impl SeeUploads {
    /// Whose are listed; everybody's for `None`.
    ///
    /// # Errors
    /// `Denied` when somebody who is no admin asks for everybody's.
    pub(super) fn whose(&self, everyone: bool) -> Result<Option<UserId>> {
        match everyone {
            true if !self.sees_all => Err(Error::Denied("role")),
            true => Ok(None),
            false => Ok(Some(self.user)),
        }
    }
}

impl Require for SeeUploads {
    type Key = NoKey;

    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Instructor)?;
        Ok(Self {
            user: actor.user().ok_or(Error::Unauthenticated)?,
            sees_all: actor.is_at_least(Role::Admin),
        })
    }
}

/// What a link to a file may carry.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FileQuery {
    /// Which form; the full size unless said otherwise.
    #[serde(default)]
    #[param(inline)]
    rendition: Rendition,
    /// Of a signed link: for whom.
    #[param(inline)]
    u: Option<UserId>,
    /// Of a signed link: until when, in Unix seconds.
    exp: Option<i64>,
    /// Of a signed link: the signature.
    sig: Option<String>,
}

/// The file that is asked for, and whom a signed link speaks for.
pub(super) struct FileKey {
    asset: AssetKey,
    rendition: Rendition,
    link: Option<Link>,
    platform: Arc<Platform>,
    authenticate: Arc<dyn Authenticate>,
}

impl FromAsk for FileKey {
    async fn from_ask(parts: &mut Parts, web: &Web) -> Result<Self> {
        let asset = AssetKey::from_ask(parts, web).await?;
        let Query(query) = Query::<FileQuery>::from_request_parts(parts, web).await?;
        let FileQuery { rendition, u, exp, sig } = query;
        let link = match (u, exp, sig) {
            (Some(user), Some(expires), Some(signature)) => Some(Link { user, expires, signature }),
            _ => None,
        };
        Ok(Self {
            asset,
            rendition,
            link,
            platform: web.platform().clone(),
            authenticate: web.authenticate().clone(),
        })
    }
}

/// May read the bytes of a form of an asset.
#[derive(Debug)]
pub(super) struct ReadFile {
    pub(super) file: super::StoredFile,
}

impl Require for ReadFile {
    type Key = FileKey;

    fn decide(read: &Read<'_>, actor: &Actor, key: &FileKey) -> Result<Self> {
        let behind_link = match (&key.link, actor) {
            (Some(link), Actor::Anonymous) => key.person_of(read, link)?,
            _ => None,
        };
        let asset = key.asset.open(read, behind_link.as_ref().unwrap_or(actor))?;
        Ok(Self {
            file: super::file_of(&key.platform, read, &asset, key.rendition)?,
        })
    }
}

impl FileKey {
    /// The person whom a link of ours was signed for, as he may act now.
    fn person_of(&self, read: &Read<'_>, link: &Link) -> Result<Option<Actor>> {
        if !is_ours(&self.platform.keys, self.asset.asset, self.rendition, link, read.now()) {
            return Ok(None);
        }
        Ok(self.authenticate.person(read, link.user)?.map(Actor::Person))
    }
}

/// May sweep: the nightly job and operators.
#[derive(Debug)]
pub struct SweepMedia(());

impl SweepMedia {
    /// For the job and the command line.
    #[must_use]
    pub fn as_system(reason: &'static str) -> Self {
        tracing::debug!(reason, "unused files are swept");
        Self(())
    }
}
