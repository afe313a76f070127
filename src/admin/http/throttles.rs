//! Who is held back by the throttles, and letting somebody go.

use axum::{Json, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    admin::{
        actions,
        policy::{OneThrottle, RunInstance},
    },
    auth,
    kernel::{
        error::{Error, Result},
        id::{TokenId, UserId},
        time::Timestamp,
    },
    platform::{
        audit,
        db::Read,
        web::{
            guard::Guard,
            throttle::{Held, HeldBy, Throttle},
        },
    },
};

/// The throttles as they stand.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct ThrottlesOut {
    /// Whether anybody is throttled; the configuration says so.
    is_on: bool,
    /// Requests of one address in a minute, and at once before that.
    address: [u32; 2],
    /// Tries to get in of one address in a minute, and at once before that.
    ways_in: [u32; 2],
    /// Requests of one account in a minute, and at once before that.
    account: [u32; 2],
    /// Who is held back, or was a few minutes ago.
    held: Vec<HeldOut>,
    /// How many accounts and addresses are held back from trying passwords after wrong ones. Who they
    /// are is kept by nobody; they go on by themselves within a quarter of an hour.
    guessers: i64,
}

/// Somebody who is held back.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct HeldOut {
    /// Names him for letting him go.
    id: String,
    by: HeldBy,
    /// The address, or the id of the account or API token.
    who: String,
    /// The person's name, for an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// When his next request goes through.
    until: Timestamp,
    /// How often he was refused.
    refused: u64,
}

impl HeldOut {
    fn of(read: &Read<'_>, held: &Held) -> Result<Self> {
        let user = held.account().map(|raw| UserId::from_raw(raw).to_string());
        let names = actions::names_of(read, user.iter().map(String::as_str))?;
        let name = user.as_ref().and_then(|user| names.get(user).cloned());
        let who = match (held.ip, user, held.account()) {
            (Some(ip), ..) => ip.to_canonical().to_string(),
            (None, Some(user), _) if name.is_some() => user,
            (None, _, raw) => TokenId::from_raw(raw.unwrap_or_default()).to_string(),
        };
        Ok(Self {
            id: id_of(held.by, held.key),
            by: held.by,
            who,
            name,
            until: held.until,
            refused: held.refused,
        })
    }
}

fn id_of(by: HeldBy, key: u64) -> String {
    let kind = match by {
        HeldBy::Address => 'a',
        HeldBy::WaysIn => 'w',
        HeldBy::Account => 'u',
    };
    format!("{kind}{key:016x}")
}

fn parse(id: &str) -> Option<(HeldBy, u64)> {
    let (kind, key) = id.split_at_checked(1)?;
    let by = match kind {
        "a" => HeldBy::Address,
        "w" => HeldBy::WaysIn,
        "u" => HeldBy::Account,
        _ => return None,
    };
    Some((by, u64::from_str_radix(key, 16).ok()?))
}

/// Who is held back by the throttles now, or was a few minutes ago.
#[utoipa::path(get, path = "/admin/throttles", tag = "admin", responses((status = 200, body = ThrottlesOut)))]
pub(in crate::admin) async fn list_throttles(g: Guard<RunInstance>) -> Result<Json<ThrottlesOut>> {
    let throttle = g.platform.services.find::<Throttle>().ok_or(Error::NotFound("throttle"))?;
    let config = g.platform.config.throttle.clone();
    let found = g.db.read("admin.throttles", move |read| {
        let held = throttle.held(read.now());
        Ok(ThrottlesOut {
            is_on: throttle.is_on(),
            address: [config.address_per_minute, config.address_burst],
            ways_in: [config.auth_per_minute, config.auth_burst],
            account: [config.account_per_minute, config.account_burst],
            held: held.iter().map(|held| HeldOut::of(read, held)).collect::<Result<_>>()?,
            guessers: auth::count_held_back(read)?,
        })
    });
    found.await.map(Json)
}

/// Lets somebody who is held back go on at once.
#[utoipa::path(delete, path = "/admin/throttles/{held}", tag = "admin", params(("held" = String, Path)), responses((status = 204), (status = 404, description = "He is not held back any more.")))]
pub(in crate::admin) async fn release_throttle(g: Guard<OneThrottle>) -> Result<StatusCode> {
    let throttle = g.platform.services.find::<Throttle>().ok_or(Error::NotFound("throttle"))?;
    let (by, key) = parse(&g.can.held).ok_or(Error::NotFound("throttle"))?;
    let released = throttle.release(by, key).ok_or(Error::NotFound("throttle"))?;
    g.db.write("admin.release_throttle", move |tx| {
        // The trail lasts for ever and holds no addresses.
        let subject = if released.ip.is_some() {
            "address".to_owned()
        } else {
            HeldOut::of(tx, &released)?.who
        };
        audit::record(tx, "throttle.release", &subject, None::<&()>, Some(&by))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_name_what_they_were_made_of() {
        for by in [HeldBy::Address, HeldBy::WaysIn, HeldBy::Account] {
            for key in [0, 7, u64::MAX] {
                assert_eq!(parse(&id_of(by, key)), Some((by, key)));
            }
        }
        for bad in ["", "a", "x1", "azz", "é1", "a11111111111111111"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
