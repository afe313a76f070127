//! What was sent lately: the list of uploads.

use axum::Json;
use serde::Deserialize;

use super::{library::owners, uploads::UploadOut};
use crate::{
    kernel::error::{Error, Result},
    media::{actions::uploads, model::uploads::State, policy::SeeUploads, store},
    platform::web::{extract::Query, guard::Guard},
};

/// The most uploads that are listed.
const SHOWN: u32 = 100;

/// Which uploads to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::media) struct UploadsQuery {
    /// Only those that are on their way, or those that were refused; all when absent.
    #[param(inline)]
    state: Option<Asked>,
    /// Everybody's, each with its owner: for admins. One's own when absent.
    #[serde(default)]
    #[param(required = false)]
    everyone: bool,
}

/// What an upload has come to, as lists ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::media) enum Asked {
    /// Bytes are missing, or what they are is being found out.
    Working,
    /// It was refused.
    Failed,
}

impl Asked {
    fn states(asked: Option<Self>) -> &'static [State] {
        match asked {
            Some(Self::Working) => &[State::Receiving, State::Processing],
            Some(Self::Failed) => &[State::Failed],
            None => &[State::Receiving, State::Processing, State::Failed, State::Ready],
        }
    }
}

/// Uploads of the last days, the newest first: what is unfinished, and what became of the
/// others. Ready ones are assets by now.
#[utoipa::path(get, path = "/media/uploads", tag = "media", params(UploadsQuery),
    responses((status = 200, body = Vec<UploadOut>), (status = 403, description = "Everybody's are for admins.")))]
pub(in crate::media) async fn list_uploads(g: Guard<SeeUploads>, Query(query): Query<UploadsQuery>) -> Result<Json<Vec<UploadOut>>> {
    let (whose, services) = (g.can.whose(query.everyone)?, g.platform.services.clone());
    let states = Asked::states(query.state);
    let found = g.db.read("media.uploads", move |read| {
        let rows = store::uploads::list(read, whose, states, SHOWN)?;
        let owners = owners(&services, read, rows.iter().map(|row| row.owner).collect())?;
        Ok((rows, owners))
    });
    let (rows, owners) = found.await?;
    let mut shown = Vec::with_capacity(rows.len());
    for upload in rows {
        let owner = owners.get(&upload.owner).filter(|_| query.everyone).cloned();
        match uploads::look(&g.platform, &g.db, upload).await {
            // It may have come to something else meanwhile.
            Ok((upload, offset)) if states.contains(&upload.state) => {
                let mut upload = UploadOut::new(upload, offset);
                upload.owner = owner;
                shown.push(upload);
            }
            // Or was ended.
            Ok(_) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Json(shown))
}
