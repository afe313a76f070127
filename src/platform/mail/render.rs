//! Templates become a subject, a text and a page.
//!
//! Every template extends a layout and fills blocks: `name.txt.j2` has `subject` and `body`,
//! `name.html.j2` has `body`. All of them know `instance.name`, `instance.url`,
//! `instance.support_email`, `instance.footer`, `instance.footer_links`, `brand.strong` and `brand.soft` (colours),
//! `to_name` and `language`, and what the letter brings.

use std::borrow::Cow;

use minijinja::{
    Environment, context,
    syntax::SyntaxConfig,
    value::{Serde, Value},
};
use rust_embed::RustEmbed;

use super::{
    store::Stored,
    templates::{Kind, Words, fill, paragraphs},
};
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

/// What every mail knows.
struct Common<'a> {
    branding: &'a Branding,
    name: &'a str,
    url: &'a str,
    support_email: Option<&'a str>,
    to_name: &'a str,
    language: &'a str,
}

impl<'a> Common<'a> {
    fn of(mail: &'a Stored, branding: &'a Branding, url: &'a str) -> Self {
        let organisation = &branding.organisation;
        Self {
            branding,
            name: organisation.name.as_str(),
            url: url.trim_end_matches('/'),
            support_email: organisation.support_email.as_ref().map(crate::kernel::text::Email::as_str),
            to_name: mail.to_name.as_str(),
            language: mail.language.as_str(),
        }
    }

    fn value(&self) -> Value {
        context! {
            instance => context! {
                name => self.name,
                url => self.url,
                support_email => self.support_email,
                footer => self.branding.organisation.footer.as_str(),
                footer_links => self.links(),
            },
            brand => context! {
                strong => self.branding.tone(0.42).to_string(),
                soft => self.branding.tone(0.96).to_string(),
            },
            to_name => self.to_name,
            language => self.language,
        }
    }

    /// The links of the foot, as they are reached from a mail.
    fn links(&self) -> Vec<Value> {
        let all = self.branding.organisation.footer_links.iter().map(|link| {
            let url = if link.url.starts_with('/') {
                format!("{}{}", self.url, link.url)
            } else {
                link.url.clone()
            };
            context! { label => link.label.as_str(), url => url }
        });
        all.collect()
    }

    /// What a placeholder of an admin's words stands for.
    fn placeholder(&self, name: &str, data: &serde_json::Value) -> String {
        match name {
            "name" => self.to_name.to_owned(),
            "organisation" => self.name.to_owned(),
            "address" => self.url.to_owned(),
            "support_email" => self.support_email.unwrap_or_default().to_owned(),
            other => data.get(other).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
        }
    }
}

/// Fills the templates of a mail, or the words that an admin gave it.
pub(super) fn render(mail: &Stored, data: &serde_json::Value, branding: &Branding, url: &str, words: Option<&Words>) -> Result<Rendered> {
    let common = Common::of(mail, branding, url);
    match (words, Kind::find(&mail.template)) {
        (Some(words), Some(kind)) => {
            let text = fill(&words.text, |name| common.placeholder(name, data));
            let more = context! {
                custom_subject => fill(&words.subject, |name| common.placeholder(name, data)),
                custom_text => text.as_str(),
                paragraphs => Value::from(Serde(paragraphs(&text))),
                label => kind.button,
            };
            fill_files("custom.txt.j2", "custom.html.j2", context! { ..common.value(), ..more })
        }
        _ => {
            let file = |kind| file(&mail.template, &mail.language, kind);
            let more = Value::from(Serde(data));
            fill_files(&file("txt"), &file("html"), context! { ..common.value(), ..more })
        }
    }
}

fn fill_files(text: &str, html: &str, all: Value) -> Result<Rendered> {
    let environment = environment();
    let text = environment.get_template(text).map_err(fault)?;
    let html = environment.get_template(html).map_err(fault)?;
    let mut text = text.render_captured(all.clone()).map_err(fault)?;
    let subject = text.with_state_mut(|state| state.render_block("subject"));
    Ok(Rendered {
        subject: one_line(&subject.map_err(fault)?),
        text: text.into_output(),
        html: html.render(all).map_err(fault)?,
    })
}

/// The words that a mail has of its own, with placeholders where something is filled in: what an
/// admin begins with.
pub(super) fn usual_words(kind: Kind) -> Result<Words> {
    let mut data = serde_json::json!({});
    for name in kind.placeholders() {
        data[name] = serde_json::json!(format!("{{{{{name}}}}}"));
    }
    let all = context! {
        instance => context! { name => "{{organisation}}", url => "{{address}}", support_email => "{{support_email}}", footer => "", footer_links => Vec::<Value>::new() },
        brand => context! { strong => "", soft => "" },
        to_name => "{{name}}",
        language => "en",
        ..Value::from(Serde(&data))
    };
    let environment = environment();
    let text = environment.get_template(&file(kind.name, "en", "txt")).map_err(fault)?;
    let mut rendered = text.render_captured(all).map_err(fault)?;
    let (subject, body) = rendered.with_state_mut(|state| (state.render_block("subject"), state.render_block("body")));
    Ok(Words {
        subject: one_line(&subject.map_err(fault)?),
        text: body.map_err(fault)?.trim().to_owned(),
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
