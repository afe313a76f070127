//! Templates become a subject, a text and a page.
//!
//! Every template extends a layout and fills blocks: `name.txt.j2` has `subject` and `body`,
//! `name.html.j2` has `body`. All of them know `instance.name`, `instance.url`,
//! `instance.support_email`, `instance.footer`, `brand.strong` and `brand.soft` (colours),
//! `to_name` and `language`, and what the letter brings.

use std::borrow::Cow;

use minijinja::{
    Environment, context,
    syntax::SyntaxConfig,
    value::{Serde, Value},
};
use rust_embed::RustEmbed;

use super::store::Stored;
use crate::{
    kernel::error::{Error, Result},
    platform::branding::Branding,
};

#[derive(RustEmbed)]
#[folder = "assets/mail/"]
struct Templates;

/// A mail, ready to be sent.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// Whether there are templates of this name.
pub(super) fn exists(name: &str) -> bool {
    ["txt", "html"]
        .iter()
        .all(|kind| Templates::get(&format!("{name}.{kind}.j2")).is_some())
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_loader(|name| {
        let file = Templates::get(name);
        Ok(file.map(|file| String::from_utf8_lossy(&file.data).into_owned()))
    });
    environment
}

/// The file of a template in the wanted language, else in English.
fn file(name: &str, language: &str, kind: &str) -> String {
    let short = language.split('-').next().unwrap_or_default();
    let wanted = format!("{name}.{short}.{kind}.j2");
    if Templates::get(&wanted).is_some() {
        wanted
    } else {
        format!("{name}.{kind}.j2")
    }
}

/// Fills the templates of a mail.
pub(super) fn render(mail: &Stored, data: &serde_json::Value, branding: &Branding, url: &str) -> Result<Rendered> {
    let organisation = &branding.organisation;
    let every = context! {
        instance => context! {
            name => organisation.name.as_str(),
            url => url.trim_end_matches('/'),
            support_email => organisation.support_email.as_ref().map(crate::kernel::text::Email::as_str),
            footer => organisation.footer.as_str(),
        },
        brand => context! {
            strong => branding.tone(0.42).to_string(),
            soft => branding.tone(0.96).to_string(),
        },
        to_name => mail.to_name.as_str(),
        language => mail.language.as_str(),
    };
    let all = context! { ..every, ..Value::from(Serde(data)) };
    let environment = environment();
    let text = environment
        .get_template(&file(&mail.template, &mail.language, "txt"))
        .map_err(fault)?;
    let html = environment
        .get_template(&file(&mail.template, &mail.language, "html"))
        .map_err(fault)?;
    let mut text = text.render_captured(all.clone()).map_err(fault)?;
    let subject = text.with_state_mut(|state| state.render_block("subject"));
    Ok(Rendered {
        subject: one_line(&subject.map_err(fault)?),
        text: text.into_output(),
        html: html.render(all).map_err(fault)?,
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fault(error: minijinja::Error) -> Error {
    // The cause chain names the template and the line.
    let mut text = Cow::from(error.to_string());
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.to_mut().push_str(&format!(": {cause}"));
        source = cause.source();
    }
    Error::internal(format!("mail template: {text}"))
}
