//! Through the front door: one module for each slice and mechanism, one binary that links once.

#![expect(unreachable_pub, reason = "what tests stand on is written like a library, though nothing links it")]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod admin;
mod assignments;
mod auth;
mod authoring;
mod backup;
mod config;
mod courses;
mod crash;
mod db;
mod demo;
mod doctor;
mod enrolments;
mod events;
mod groups;
mod hot;
mod http;
mod jobs;
mod logs;
mod long_text;
mod mail;
mod media;
mod metrics;
mod notes;
mod openapi;
mod pacing;
mod packages;
mod people;
mod progress;
mod publishing;
mod search;
mod serve;
mod settings_admin;
mod stand;
mod system_admin;
mod tls;
mod tokens;
mod uploads;
mod users_admin;
mod users_cli;
mod users_import;
mod visibility;
mod webhooks;
