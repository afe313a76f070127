//! What admins see and change, over HTTP.

pub(super) mod address;
pub(super) mod audit;
pub(super) mod backups;
pub(super) mod icon;
pub(super) mod instance;
pub(super) mod jobs;
pub(super) mod legal;
pub(super) mod logo;
pub(super) mod mails;
pub(super) mod overview;
pub(super) mod sections;
pub(super) mod settings;
pub(super) mod system;
pub(super) mod templates;
pub(super) mod throttles;
