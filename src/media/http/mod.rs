//! The operations under `/api/v1/media`.

mod assets;
mod file;
mod library;
mod limits;
mod range;
mod receive;
mod sent;
mod tus;
mod uploads;

pub(super) use assets::{
    __path_change_asset, __path_get_asset, __path_replace_asset_file, __path_upload_asset, change_asset, get_asset, replace_asset_file,
    upload_asset,
};
pub(super) use file::{__path_read_asset_file, Buffers, read_asset_file};
pub(super) use library::{
    __path_delete_asset, __path_delete_assets, __path_list_asset_uses, __path_list_assets, delete_asset, delete_assets, list_asset_uses,
    list_assets,
};
pub(super) use limits::{__path_get_media_limits, get_media_limits};
pub(super) use uploads::tus_routes;
