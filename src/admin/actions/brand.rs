//! The pictures of the organisation: logos and the icon, decoded and written anew.

use axum::body::Bytes;

use super::{branding, put_section, shelf};
use crate::{
    admin::{http::logo::Ground, jobs::SweepBrand, policy::RunInstance},
    kernel::error::{Error, Result},
    platform::{
        Platform,
        blobs::Sealed,
        branding::{Branding, IconFile, Logo},
        db::{Read, Tx},
        images::Picture,
    },
};

/// The longest side of a stored logo, in pixels.
const LOGO_SIDE: u32 = 256;
/// The sides of a stored icon, in pixels: a browser's tab at twice the density, a phone's first
/// page, a phone's start screen (w3.org/TR/appmanifest asks for 192 and 512).
const ICON_SIDES: [u32; 3] = [64, 192, 512];
/// What is smaller is a smear in a tab.
const LEAST_ICON: u32 = 32;

/// The logo for this ground; on dark ground the light one stands in.
pub(in crate::admin) fn logo(read: &Read<'_>, ground: Ground) -> Result<Option<Logo>> {
    let brand = branding(read)?;
    Ok(match ground {
        Ground::Light => brand.logo,
        Ground::Dark => brand.logo_dark.or(brand.logo),
    })
}

/// Decodes the picture and stores it anew as a small square. The file is held until its row is
/// committed, and so are those of an icon.
pub(in crate::admin) async fn store_logo(platform: &Platform, body: Bytes) -> Result<(Logo, Sealed)> {
    let shelf = shelf(platform);
    let work = move || {
        let encoded = Picture::guess(std::io::Cursor::new(body))?.square(LOGO_SIDE).encode()?;
        let sealed = shelf.put(&encoded.bytes).map_err(Error::internal)?;
        let logo = Logo {
            sha256: sealed.sha256.clone(),
            mime: encoded.mime.into(),
        };
        Ok((logo, sealed))
    };
    platform.images.run(work).await
}

/// Makes this the logo, or goes without. Returns the address of the one for this ground.
pub(in crate::admin) fn set_logo(tx: &Tx<'_>, _can: &RunInstance, ground: Ground, logo: Option<Logo>) -> Result<Option<String>> {
    let before = branding(tx)?;
    let after = match ground {
        Ground::Light => Branding { logo, ..before.clone() },
        Ground::Dark => Branding {
            logo_dark: logo,
            ..before.clone()
        },
    };
    change(tx, &before, &after)?;
    Ok(match ground {
        Ground::Light => after.logo_url(),
        Ground::Dark => after.logo_dark_url(),
    })
}

/// Decodes the picture and stores it anew in the sizes of an icon, none larger than it is.
pub(in crate::admin) async fn store_icon(platform: &Platform, body: Bytes) -> Result<(Vec<IconFile>, Vec<Sealed>)> {
    let shelf = shelf(platform);
    let work = move || {
        let picture = Picture::guess(std::io::Cursor::new(body))?;
        if picture.width().min(picture.height()) < LEAST_ICON {
            let message = format!("Use a picture of at least {LEAST_ICON} by {LEAST_ICON} pixels.");
            return Err(Error::field("", "icon.too_small", message));
        }
        let (mut files, mut held): (Vec<IconFile>, Vec<Sealed>) = Default::default();
        for side in ICON_SIDES {
            let square = picture.square(side);
            if files.last().is_some_and(|last| last.side >= square.width()) {
                break;
            }
            let sealed = shelf.put(&square.png()?).map_err(Error::internal)?;
            files.push(IconFile {
                sha256: sealed.sha256.clone(),
                side: square.width(),
            });
            held.push(sealed);
        }
        Ok((files, held))
    };
    platform.images.run(work).await
}

/// Makes these files the icon; none means the product's. Returns its address.
pub(in crate::admin) fn set_icon(tx: &Tx<'_>, _can: &RunInstance, icon: Vec<IconFile>) -> Result<Option<String>> {
    let before = branding(tx)?;
    let after = Branding { icon, ..before.clone() };
    change(tx, &before, &after)?;
    Ok(after.icon_url(0))
}

/// Puts the new state in the old one's place, and has the files swept that only the old one named.
fn change(tx: &Tx<'_>, before: &Branding, after: &Branding) -> Result<()> {
    if after == before {
        return Ok(());
    }
    put_section(tx, after)?;
    tx.enqueue(&SweepBrand {}).map(drop)
}
