//! `momentum openapi`: the contract, generated from the code.

use clap::Args;

use super::{Alone, Common, Exit, Out};

/// Prints the API's OpenAPI document.
#[derive(Debug, Args)]
pub struct Openapi {}

impl Alone for Openapi {
    async fn run(self, _: &Common, out: &mut Out) -> anyhow::Result<Exit> {
        let document = crate::app::openapi();
        out.raw(serde_json::to_string_pretty(&document)? + "\n");
        Ok(Exit::Done)
    }
}
