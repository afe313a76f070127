//! What admins see and change, over HTTP.

pub(super) mod instance;
pub(super) mod logo;
pub(super) mod settings;
pub(super) mod system;
