//! From a course to the text of its files: one way to write everything.

use std::fmt::Write as _;

use crate::courses::{
    content::{Content, Resource, Video},
    model::{Category, Completion, Meta},
};

/// How stored files are called in the package.
pub(super) type Name<'a> = &'a dyn Fn(crate::kernel::id::AssetId) -> Option<String>;

/// A text of several lines, or HTML in its place.
pub(super) enum Text {
    /// It has an exact Markdown form.
    Markdown(String),
    /// It has none.
    Html(String),
}

/// TOML, line by line. Writing to a String cannot fail.
#[derive(Default)]
struct Toml(String);

impl Toml {
    fn raw(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.raw(key, &quoted(value));
    }

    fn texts<'t>(&mut self, key: &str, values: impl Iterator<Item = &'t str>) {
        let values: Vec<String> = values.map(quoted).collect();
        let one_line = format!("[{}]", values.join(", "));
        if values.is_empty() {
        } else if one_line.len() <= 100 {
            self.raw(key, &one_line);
        } else {
            self.raw(key, &format!("[\n  {},\n]", values.join(",\n  ")));
        }
    }

    fn block(&mut self, key: &str, value: &str) {
        let lines: Vec<String> = value.split('\n').map(|line| escaped(line).replace("\\\"", "\"")).collect();
        // Three quotes in a row would end it.
        let text = lines.join("\n").replace("\"\"\"", "\"\"\\\"");
        self.raw(key, &format!("\"\"\"\n{text}\n\"\"\""));
    }

    fn table(&mut self, header: &str) {
        let _ = writeln!(self.0, "{header}");
    }

    /// The lines of a film; its captions are tables and come last.
    fn video(&mut self, key: &str, before: &str, video: &Video, name: Name<'_>) -> Option<()> {
        self.text(key, &name(video.asset)?);
        if let Some(poster) = video.poster {
            self.text(&format!("{before}poster"), &name(poster)?);
        }
        Some(())
    }

    fn captions(&mut self, before: &str, video: &Video, name: Name<'_>) -> Option<()> {
        for captions in &video.captions {
            self.table(&format!("[[{before}captions]]"));
            self.text("language", captions.language.as_str());
            self.text("label", captions.label.as_str());
            self.text("file", &name(captions.asset)?);
        }
        Some(())
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// `course.toml`. `None` when a file has no name.
pub(super) fn course(slug: &str, meta: &Meta, category: &Category, description: &Text, name: Name<'_>) -> Option<String> {
    let mut toml = Toml::default();
    toml.raw("format", &super::FORMAT.to_string());
    toml.text("slug", slug);
    toml.text("title", meta.title.as_str());
    toml.text("summary", meta.summary.as_str());
    match description {
        Text::Markdown(text) if text.is_empty() => {}
        Text::Markdown(text) => toml.block("description", text),
        Text::Html(html) => toml.block("description_html", html),
    }
    toml.text("category", category.slug.as_str());
    toml.text("level", meta.level.word());
    toml.text("language", meta.language.as_str());
    let days = meta.length.days().map(|days| days.to_string());
    toml.raw("length", &days.unwrap_or_else(|| "\"self-paced\"".into()));
    toml.texts("tags", meta.tags.iter().map(|t| t.as_str()));
    toml.texts("outcomes", meta.outcomes.iter().map(|o| o.as_str()));
    toml.text("palette", meta.palette.word());
    toml.text("plan", meta.plan.word());
    toml.texts("weeks", meta.weeks.iter().map(|w| w.as_str()));
    if let Some(cover) = meta.cover {
        toml.text("cover", &name(cover)?);
    }
    if let Some(trailer) = &meta.trailer {
        toml.video("trailer", "trailer_", trailer, name)?;
    }
    if let Some(price) = &meta.price {
        toml.table("[price]");
        toml.raw("minor", &price.minor.to_string());
        toml.text("currency", price.currency.as_str());
    }
    if let Some(trailer) = &meta.trailer {
        toml.captions("trailer_", trailer, name)?;
    }
    Some(toml.0)
}

/// A lesson's file. `html` is the name of the file beside that holds its body. `None` when a file
/// has no name.
pub(super) fn lesson(day: u16, content: &Content, markdown: &str, html: Option<&str>, name: Name<'_>) -> Option<String> {
    let mut toml = Toml::default();
    toml.raw("day", &day.to_string());
    toml.text("title", content.title.as_str());
    toml.text("summary", content.summary.as_str());
    toml.raw("minutes", &content.minutes.to_string());
    if content.is_preview {
        toml.raw("preview", "true");
    }
    if !content.is_required {
        toml.raw("required", "false");
    }
    if content.completion != Completion::Mark {
        toml.text("completion", content.completion.word());
    }
    if let Some(html) = html {
        toml.text("body", html);
    }
    if let Some(video) = &content.video {
        toml.video("video", "", video, name)?;
    }
    toml.texts("actions", content.actions.iter().map(|a| a.text.as_str()));
    for resource in &content.resources {
        toml.table("[[resources]]");
        match resource {
            Resource::Link { title, url } => {
                toml.text("title", title.as_str());
                toml.text("url", url);
            }
            Resource::File { title, asset } => {
                toml.text("title", title.as_str());
                toml.text("file", &name(*asset)?);
            }
        }
    }
    if let Some(video) = &content.video {
        toml.captions("", video, name)?;
    }
    let body = if markdown.is_empty() {
        String::new()
    } else {
        format!("{markdown}\n")
    };
    Some(format!("+++\n{}+++\n{body}", toml.0))
}
