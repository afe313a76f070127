//! From files to a course: everything is read and checked; nothing is stored.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Files, Problem,
    front_matter::{self, CaptionsToml, LessonToml, ResourceToml},
    lesson_file::{divide, key_of, number_of},
    media_names::{self, Media},
};
use crate::{
    courses::{
        body::{self, Body},
        content::{Action, Captions, Content, Resource, Video, is_web_address},
        model::{Category, Meta},
    },
    kernel::{
        error::{Error, TextError},
        id::AssetId,
        text::{Language, Line, Slug, Summary, Title},
    },
};

/// The file of a course's front matter.
pub(super) const COURSE: &str = "course.toml";

/// A course as a package tells it.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) slug: Slug,
    pub(super) meta: Meta,
    pub(super) lessons: Vec<PackageLesson>,
    /// Files under `media/` that something names.
    pub(super) used: BTreeSet<String>,
    /// What a person may want to know.
    pub(super) remarks: Vec<Problem>,
}

/// A lesson as a package tells it.
#[derive(Debug)]
pub(super) struct PackageLesson {
    pub(super) file: String,
    pub(super) key: String,
    pub(super) day: u16,
    pub(super) content: Content,
}

/// Reads a package. `assets` knows stored files by their names; without it every file that is
/// there gets a stand-in, to look whether all is well.
pub(super) fn parse(files: &Files, categories: &[Category], assets: Option<&BTreeMap<String, AssetId>>) -> Result<Package, Vec<Problem>> {
    let mut reader = Reader {
        media: Media::new(files, assets),
        problems: Vec::new(),
        remarks: Vec::new(),
    };
    let course = reader.course(files, categories);
    let lessons = reader.lessons(files);
    reader.strangers(files);
    if let Some((_, meta)) = &course {
        reader.outline(meta, &lessons);
    }
    match course {
        Some((slug, meta)) if reader.problems.is_empty() => Ok(Package {
            slug,
            meta,
            lessons,
            used: reader.media.used(),
            remarks: reader.remarks,
        }),
        _ => Err(reader.problems),
    }
}

/// A film as front matter names it.
pub(super) struct Film<'t> {
    pub(super) file: Option<&'t str>,
    pub(super) poster: Option<&'t str>,
    pub(super) captions: &'t [CaptionsToml],
}

/// What a language calls itself; its tag where that is not known here.
fn own_name(tag: &str) -> &str {
    match tag.split('-').next().unwrap_or(tag) {
        "en" => "English",
        "de" => "Deutsch",
        "es" => "Español",
        "fr" => "Français",
        "it" => "Italiano",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "pt" => "Português",
        "ar" => "العربية",
        "he" => "עברית",
        "ja" => "日本語",
        "zh" => "中文",
        _ => tag,
    }
}

/// Reads a package and keeps what is wrong with it.
pub(super) struct Reader<'a> {
    media: Media<'a>,
    pub(super) problems: Vec<Problem>,
    remarks: Vec<Problem>,
}

impl Reader<'_> {
    pub(super) fn keep<T>(&mut self, found: Result<T, Problem>) -> Option<T> {
        found.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// Keeps a field's value, or the problem with it.
    pub(super) fn field<T>(&mut self, file: &str, name: &str, value: Result<T, impl Into<TextError>>) -> Option<T> {
        self.keep(value.map_err(|error| Problem::field(file, name, error.into().message)))
    }

    pub(super) fn lines(&mut self, file: &str, name: &str, texts: &[String]) -> Vec<Line> {
        let parsed: Vec<_> = texts.iter().enumerate().map(|(i, text)| (i, Line::parse(text))).collect();
        let kept = parsed
            .into_iter()
            .filter_map(|(i, line)| self.field(file, &format!("{name}[{i}]"), line));
        kept.collect()
    }

    /// Markdown; complaints name their line, or the field where the lines are not the file's.
    pub(super) fn markdown(&mut self, file: &str, text: &str, first_line: Option<usize>) -> Body {
        let media = &self.media;
        let rendered = body::render(text, &|name| media.find(name));
        let complaints = rendered.complaints.into_iter().map(|complaint| match first_line {
            Some(first) => Problem::line(file, first + complaint.line - 1, complaint.message),
            None => Problem::field(file, "description", complaint.message),
        });
        self.problems.extend(complaints);
        rendered.body
    }

    pub(super) fn html(&mut self, file: &str, html: &str) -> Body {
        let (html, missing) = media_names::with_assets(html, &|name| self.media.find(name));
        let missing = missing
            .into_iter()
            .map(|name| Problem::file(file, format!("the file {name} is not in the package: add it")));
        self.problems.extend(missing);
        Body::clean(&html)
    }

    pub(super) fn stored(&mut self, file: &str, field: &str, name: &str) -> Option<AssetId> {
        let found = self.media.find(name);
        let missing = || Problem::field(file, field, format!("the file {name} is not in the package: add it under media/"));
        self.keep(found.ok_or_else(missing))
    }

    /// A film with its still and captions; `before` stands before the names of their fields.
    pub(super) fn video(&mut self, file: &str, before: &str, film: Film<'_>) -> Option<Video> {
        let field = if before.is_empty() { "video" } else { "trailer" };
        let Some(name) = film.file else {
            if film.poster.is_some() || !film.captions.is_empty() {
                let message = "there is no film that the still or captions belong to";
                self.problems.push(Problem::field(file, field, message));
            }
            return None;
        };
        let asset = self.stored(file, field, name);
        let poster = film.poster.map(|name| self.stored(file, &format!("{before}poster"), name));
        let mut captions = Vec::new();
        for (i, one) in film.captions.iter().enumerate() {
            let at = format!("{before}captions[{i}]");
            let language = self.field(file, &format!("{at}.language"), Language::parse(&one.language));
            let label = one.label.as_deref().unwrap_or_else(|| own_name(&one.language));
            let label = self.field(file, &format!("{at}.label"), Line::parse(label));
            let asset = self.stored(file, &format!("{at}.file"), &one.file);
            captions.push(Captions {
                language: language?,
                label: label?,
                asset: asset?,
            });
        }
        Some(Video {
            asset: asset?,
            poster: poster.flatten(),
            captions,
        })
    }

    fn lessons(&mut self, files: &Files) -> Vec<PackageLesson> {
        let mut lessons: Vec<PackageLesson> = Vec::new();
        let mut names: Vec<&str> = files
            .names()
            .filter(|name| name.starts_with("lessons/") && name.ends_with(".md"))
            .collect();
        names.sort_by_key(|name| number_of(name));
        for file in names {
            let Some(key) = key_of(file) else {
                self.problems
                    .push(Problem::file(file, "name it like 01-first-steps.md, directly in lessons/"));
                continue;
            };
            if let Some(twin) = lessons.iter().find(|l| l.key == key) {
                let message = format!("has the same name as {} but for the number: rename one", twin.file);
                self.problems.push(Problem::file(file, message));
            } else if let Some(lesson) = self.lesson(files, file, key) {
                lessons.push(lesson);
            }
        }
        lessons
    }

    fn lesson(&mut self, files: &Files, file: &str, key: &str) -> Option<PackageLesson> {
        let text = self.keep(files.text(file))?;
        let parts = self.keep(divide(file, &text))?;
        let toml: LessonToml = self.keep(front_matter::read(file, parts.front, 2))?;
        // A stand-in for a wrong title, so that the rest is looked at too.
        let title = self
            .field(file, "title", Title::parse(&toml.title))
            .or_else(|| Title::parse("?").ok())?;
        let body_html = match &toml.body {
            None => self.markdown(file, parts.body, Some(parts.body_line)),
            Some(name) => self.html_beside(files, file, name, parts.body)?,
        };
        let mut content = Content::with_body(title, body_html);
        content.summary = self
            .field(file, "summary", Summary::parse(&toml.summary))
            .unwrap_or_else(Summary::empty);
        content.minutes = toml.minutes.unwrap_or(content.minutes);
        content.is_preview = toml.preview;
        content.is_required = toml.required;
        content.completion = toml.completion;
        let actions = self.lines(file, "actions", &toml.actions).into_iter();
        content.actions = actions.map(|text| Action { id: String::new(), text }).collect();
        content.resources = self.resources(file, &toml.resources);
        let film = Film {
            file: toml.video.as_deref(),
            poster: toml.poster.as_deref(),
            captions: &toml.captions,
        };
        content.video = self.video(file, "", film);
        match content.settle() {
            Ok(content) => Some(PackageLesson {
                file: file.into(),
                key: key.into(),
                day: toml.day,
                content,
            }),
            Err(Error::Invalid(fields)) => {
                let found = fields.into_iter().map(|f| Problem::field(file, f.path, f.message));
                self.problems.extend(found);
                None
            }
            Err(error) => {
                self.problems.push(Problem::file(file, error.to_string()));
                None
            }
        }
    }

    fn html_beside(&mut self, files: &Files, file: &str, name: &str, below: &str) -> Option<Body> {
        if !below.trim().is_empty() {
            let message = format!("names {name} but has text below too: keep one of them");
            self.problems.push(Problem::field(file, "body", message));
        }
        let at = format!("lessons/{name}");
        if name.contains('/') || !name.ends_with(".html") || !files.has(&at) {
            let message = format!("there is no HTML file {name} beside it");
            self.problems.push(Problem::field(file, "body", message));
            return None;
        }
        let html = self.keep(files.text(&at))?;
        Some(self.html(&at, &html))
    }

    fn resources(&mut self, file: &str, all: &[ResourceToml]) -> Vec<Resource> {
        let mut out = Vec::new();
        for (i, resource) in all.iter().enumerate() {
            let at = format!("resources[{i}]");
            let Some(title) = self.field(file, &format!("{at}.title"), Line::parse(&resource.title)) else {
                continue;
            };
            match (&resource.url, &resource.file) {
                (Some(url), None) if is_web_address(url) => out.push(Resource::Link { title, url: url.clone() }),
                (Some(_), None) => {
                    let message = "use a full address that starts with https:// or http://";
                    self.problems.push(Problem::field(file, format!("{at}.url"), message));
                }
                (None, Some(name)) => {
                    let asset = self.stored(file, &format!("{at}.file"), name);
                    out.extend(asset.map(|asset| Resource::File { title, asset }));
                }
                _ => self.problems.push(Problem::field(file, at, "give it either a url or a file")),
            }
        }
        out
    }

    /// Files that belong to nothing.
    fn strangers(&mut self, files: &Files) {
        let used = self.media.used();
        for name in files.names() {
            let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
            let known = match folder {
                "" => file == COURSE || file.starts_with("README") || file.starts_with("LICENSE"),
                "lessons" => file.ends_with(".md") || file.ends_with(".html"),
                _ => folder == "media" || folder.starts_with("media/"),
            };
            if !known {
                let message = "belongs to no part of a package: lessons/*.md, media/ and course.toml do";
                self.problems.push(Problem::file(name, message));
            } else if folder.starts_with("media") && !used.contains(name) {
                self.remarks.push(Problem::file(name, "is named nowhere and is left out"));
            }
        }
    }

    fn outline(&mut self, meta: &Meta, lessons: &[PackageLesson]) {
        if lessons.len() > crate::courses::model::MAX_LESSONS {
            self.problems
                .push(Problem::file("lessons", "has more than 500 lessons: split the course"));
        }
        let last = meta.length.days().unwrap_or(999);
        for lesson in lessons {
            if !(1..=last).contains(&lesson.day) {
                let message = format!("is {} but the course has the days 1 to {last}", lesson.day);
                self.problems.push(Problem::field(&lesson.file, "day", message));
            }
        }
        if let Some(pair) = lessons.windows(2).find(|pair| pair[1].day < pair[0].day) {
            let message = format!("is before the day of {}: number the files in the order of the course", pair[0].file);
            self.problems.push(Problem::field(&pair[1].file, "day", message));
        }
    }
}
