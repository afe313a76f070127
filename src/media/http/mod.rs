//! The operations under `/api/v1/media`.

mod assets;
mod file;
mod range;

pub(super) use assets::{
    __path_delete_asset, __path_get_asset, __path_get_media_limits, __path_upload_asset, delete_asset, get_asset, get_media_limits,
    upload_asset,
};
pub(super) use file::{__path_read_asset_file, Buffers, read_asset_file};
