//! Momentum: a self-hosted learning platform in one executable.

pub mod admin;
pub mod app;
pub mod auth;
pub mod cli;
pub mod courses;
pub mod enrolments;
pub mod kernel;
pub mod media;
pub mod moderation;
pub mod notes;
pub mod people;
pub mod platform;
pub mod progress;
pub mod search;
pub mod webhooks;
