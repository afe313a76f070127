//! The library: what there is, where it is used, and taking out what nothing uses.

use std::collections::HashMap;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};

use super::assets::AssetOut;
use crate::{
    kernel::{
        error::{Error, Result},
        id::{AssetId, CourseId, LessonId, UserId},
        page::{Limit, Page},
        time::Timestamp,
    },
    media::{
        actions,
        model::{
            Kind,
            library::{Cursor, Sort, Wanted, like},
        },
        policy::{BrowseLibrary, DeleteAsset, SeeUses, StoreAsset},
        store,
    },
    platform::{
        db::Read,
        module::{AllAssetUses, AllNames, AssetPlace},
        services::Services,
        web::{
            extract::{Body, PageOut, Query},
            guard::Guard,
            problem::{Problem, ProblemField},
        },
    },
};

/// The most files that are deleted together.
const TOGETHER: usize = 200;

/// Which files to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::media) struct LibraryQuery {
    /// A part of the name.
    q: Option<String>,
    /// Only of these kinds, parted by commas: `image,video`.
    kind: Option<String>,
    /// Only this person's.
    #[param(inline)]
    owner: Option<UserId>,
    /// Only those that something uses, or that nothing does.
    used: Option<bool>,
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    /// Where the last page ended.
    cursor: Option<String>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// A file in the library.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct LibraryFileOut {
    #[serde(flatten)]
    asset: AssetOut,
    /// Who uploaded it; absent when nobody is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<OwnerOut>,
    /// Whether one may rename, replace and delete it.
    is_own: bool,
    /// Whether something uses it.
    is_used: bool,
    /// Since when nothing does: a day later it may be swept away.
    #[serde(skip_serializing_if = "Option::is_none")]
    unused_since: Option<Timestamp>,
}

/// Who uploaded a file.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct OwnerOut {
    id: UserId,
    name: String,
}

/// The stored files that one may see: admins all of them, instructors their own and those that
/// their courses show.
#[utoipa::path(get, path = "/media", tag = "media", params(LibraryQuery), responses((status = 200, body = PageOut<LibraryFileOut>)))]
pub(in crate::media) async fn list_assets(
    g: Guard<BrowseLibrary>,
    Query(query): Query<LibraryQuery>,
) -> Result<Json<PageOut<LibraryFileOut>>> {
    let kinds = kinds(query.kind.as_deref())?;
    let after = query.cursor.as_deref().map(Cursor::decode).transpose()?;
    let (services, can, actor) = (g.platform.services.clone(), g.can, g.actor);
    let page = g.db.read("media.list", move |read| {
        let wanted = Wanted {
            sight: can.sight(|user| shown_by(&services, read, user))?,
            like: query.q.as_deref().and_then(like),
            kinds,
            owner: query.owner,
            is_used: query.used,
            sort: query.sort,
            after,
            limit: Limit::or_default(query.limit),
        };
        let rows = store::library::list(read, &wanted)?;
        let page = Page::cut(rows, wanted.limit, |row| Cursor::of(wanted.sort, &row.asset).encode());
        let owners = owners(&services, read, page.items.iter().filter_map(|row| row.asset.owner).collect())?;
        Ok(page.map(|row| LibraryFileOut {
            owner: row.asset.owner.and_then(|owner| owners.get(&owner).cloned()),
            is_own: crate::media::policy::is_his(&row.asset, &actor),
            is_used: row.is_used,
            unused_since: row.unused_since.filter(|_| !row.is_used),
            asset: row.asset.into(),
        }))
    });
    Ok(Json(page.await?.into()))
}

fn kinds(text: Option<&str>) -> Result<Vec<Kind>> {
    let words = text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty());
    let wrong = || {
        Error::field(
            "kind",
            "kind.unknown",
            "Kinds are image, video, audio, captions and document, parted by commas.",
        )
    };
    words.map(|word| Kind::from_word(word).ok_or_else(wrong)).collect()
}

fn shown_by(services: &Services, read: &Read<'_>, user: UserId) -> Result<Vec<AssetId>> {
    let mut shown = Vec::new();
    if let Some(all) = services.find::<AllAssetUses>() {
        for uses in &all.0 {
            shown.extend((uses.shown_by)(read, user)?);
        }
    }
    Ok(shown)
}

/// What these people are called.
pub(super) fn owners(services: &Services, read: &Read<'_>, mut ids: Vec<UserId>) -> Result<HashMap<UserId, OwnerOut>> {
    ids.sort_unstable();
    ids.dedup();
    let Some(names) = services.find::<AllNames>() else {
        return Ok(HashMap::new());
    };
    let labels: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let named = names.find(read, &labels)?;
    let named = named.into_iter().filter_map(|(id, name)| Some((id.parse().ok()?, name)));
    Ok(named.map(|(id, name)| (id, OwnerOut { id, name })).collect())
}

/// Where a file is used.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct AssetUsesOut {
    /// The places that one may know.
    places: Vec<AssetPlaceOut>,
    /// How many others there are.
    elsewhere: u64,
}

/// A place that shows a file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct AssetPlaceOut {
    course: CourseId,
    course_title: String,
    /// The lesson; absent when the course's own page shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lesson: Option<LessonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lesson_title: Option<String>,
    /// Whether learners see it there now.
    is_published: bool,
    /// Whether one may change what shows it.
    may_edit: bool,
}

impl From<AssetPlace> for AssetPlaceOut {
    fn from(place: AssetPlace) -> Self {
        Self {
            course: place.course,
            course_title: place.course_title,
            lesson: place.lesson,
            lesson_title: place.lesson_title,
            is_published: place.is_published,
            may_edit: place.may_edit,
        }
    }
}

fn places(services: &Services, read: &Read<'_>, actor: &crate::kernel::actor::Actor, asset: AssetId) -> Result<AssetUsesOut> {
    let (mut found, mut elsewhere) = (Vec::new(), 0);
    if let Some(all) = services.find::<AllAssetUses>() {
        for uses in &all.0 {
            let places = (uses.places)(read, actor, asset)?;
            found.extend(places.known.into_iter().map(AssetPlaceOut::from));
            elsewhere += places.elsewhere;
        }
    }
    if found.is_empty() && elsewhere == 0 && store::is_used(read, asset)? {
        elsewhere = 1; // Something that does not tell where.
    }
    Ok(AssetUsesOut { places: found, elsewhere })
}

/// Where a file is used: courses and lessons.
#[utoipa::path(get, path = "/media/{asset}/uses", tag = "media", params(("asset" = AssetId, Path)), responses((status = 200, body = AssetUsesOut)))]
pub(in crate::media) async fn list_asset_uses(g: Guard<SeeUses>) -> Result<Json<AssetUsesOut>> {
    let (services, actor, asset) = (g.platform.services.clone(), g.actor, g.can.asset);
    let uses = g.db.read("media.uses", move |read| places(&services, read, &actor, asset));
    Ok(Json(uses.await?))
}

/// Deletes a file that nothing uses.
#[utoipa::path(
    delete, path = "/media/{asset}", tag = "media", params(("asset" = AssetId, Path)),
    responses((status = 204), (status = 409, description = "Something uses it: `asset.in_use`; `fields` names the places."))
)]
pub(in crate::media) async fn delete_asset(g: Guard<DeleteAsset>) -> Result<Response> {
    let (services, actor, asset) = (g.platform.services.clone(), g.actor, g.can.asset.id);
    let can = g.can;
    match g.db.write("media.delete", move |tx| actions::delete(tx, &can)).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(Error::Conflict { code, message }) => {
            let uses = g.db.read("media.uses", move |read| places(&services, read, &actor, asset)).await?;
            let mut problem = Problem::new(StatusCode::CONFLICT, code, &message);
            problem.fields = uses.places.iter().map(place_field).collect();
            Ok(problem.into_response())
        }
        Err(error) => Err(error),
    }
}

fn place_field(place: &AssetPlaceOut) -> ProblemField {
    let lesson = place.lesson_title.as_ref().map(|title| format!(" › {title}")).unwrap_or_default();
    ProblemField {
        path: place.lesson.map_or_else(|| place.course.to_string(), |lesson| lesson.to_string()),
        code: "asset.used_here".into(),
        message: format!("{}{lesson}", place.course_title),
    }
}

/// Which files to delete.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::media) struct DeleteAssetsIn {
    /// At most 200.
    #[schema(max_items = 200)]
    assets: Vec<AssetId>,
}

/// Which files went.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::media) struct DeletedAssetsOut {
    deleted: Vec<AssetId>,
    /// Those that something uses, that are somebody else's, or that there are not.
    kept: Vec<AssetId>,
}

/// Deletes those of these files that are one's own and that nothing uses.
#[utoipa::path(post, path = "/media/delete", tag = "media", request_body = DeleteAssetsIn, responses((status = 200, body = DeletedAssetsOut)))]
pub(in crate::media) async fn delete_assets(g: Guard<StoreAsset>, Body(wanted): Body<DeleteAssetsIn>) -> Result<Json<DeletedAssetsOut>> {
    if wanted.assets.len() > TOGETHER {
        let message = format!("At most {TOGETHER} files are deleted together.");
        return Err(Error::field("assets", "list.too_long", message));
    }
    let (can, mut kept) = (g.can, wanted.assets);
    let ids = kept.clone();
    let deleted =
        g.db.write("media.delete_unused", move |tx| actions::delete_unused(tx, &can, &ids))
            .await?;
    kept.retain(|id| !deleted.contains(id));
    Ok(Json(DeletedAssetsOut { deleted, kept }))
}
