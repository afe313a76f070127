//! From files to a course: everything is read and checked; nothing is stored.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    FORMAT, Files, Problem,
    front_matter::{self, CourseToml, LengthToml, LessonToml, ResourceToml, VideoToml},
    lesson_file::{divide, key_of, number_of},
    media_names::{self, Media},
};
use crate::{
    courses::{
        body::{self, Body},
        content::{Action, Captions, Content, Resource, Video, is_web_address},
        model::{Category, Length, Level, Meta, Palette},
    },
    kernel::{
        actor::Plan,
        error::{Error, TextError},
        id::AssetId,
        money::{Currency, Price},
        text::{Label, Language, Line, Slug, Summary, Title},
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

struct Reader<'a> {
    media: Media<'a>,
    problems: Vec<Problem>,
    remarks: Vec<Problem>,
}

impl Reader<'_> {
    fn keep<T>(&mut self, found: Result<T, Problem>) -> Option<T> {
        found.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// Keeps a field's value, or the problem with it.
    fn field<T>(&mut self, file: &str, name: &str, value: Result<T, impl Into<TextError>>) -> Option<T> {
        self.keep(value.map_err(|error| Problem::field(file, name, error.into().message)))
    }

    fn lines(&mut self, file: &str, name: &str, texts: &[String]) -> Vec<Line> {
        let parsed: Vec<_> = texts.iter().enumerate().map(|(i, text)| (i, Line::parse(text))).collect();
        let kept = parsed
            .into_iter()
            .filter_map(|(i, line)| self.field(file, &format!("{name}[{i}]"), line));
        kept.collect()
    }

    fn word<T>(&mut self, name: &str, word: &str, found: Option<T>, choice: &str) -> Option<T> {
        let missing = || Problem::field(COURSE, name, format!("there is no \u{201c}{word}\u{201d}: use {choice}"));
        self.keep(found.ok_or_else(missing))
    }

    fn course(&mut self, files: &Files, categories: &[Category]) -> Option<(Slug, Meta)> {
        let text = self.keep(files.text(COURSE))?;
        let toml: CourseToml = self.keep(front_matter::read(COURSE, &text, 1))?;
        if toml.format != FORMAT {
            let message = format!(
                "is {} but this version reads {FORMAT}: use the Momentum that wrote it, or newer",
                toml.format
            );
            self.problems.push(Problem::field(COURSE, "format", message));
        }
        let slug = self.field(COURSE, "slug", Slug::parse(&toml.slug));
        let meta = self.meta(&toml, categories)?;
        if let Err(Error::Invalid(fields)) = meta.check() {
            let found = fields.into_iter().map(|f| Problem::field(COURSE, f.path, f.message));
            self.problems.extend(found);
        }
        Some((slug?, meta))
    }

    fn meta(&mut self, toml: &CourseToml, categories: &[Category]) -> Option<Meta> {
        let title = self.field(COURSE, "title", Title::parse(&toml.title));
        let summary = self.field(COURSE, "summary", Summary::parse(&toml.summary));
        let known: Vec<&str> = categories.iter().map(|c| c.slug.as_str()).collect();
        let category = categories.iter().find(|c| c.slug.as_str() == toml.category).map(|c| c.id);
        let category = self.word("category", &toml.category, category, &known.join(", "));
        let level = self.word(
            "level",
            &toml.level,
            Level::from_word(&toml.level),
            "beginner, intermediate or advanced",
        );
        let language = self.field(COURSE, "language", Language::parse(&toml.language));
        let (days, shown) = match &toml.length {
            LengthToml::Days(days) => (Length::from_days(*days).filter(|_| *days != 0), days.to_string()),
            LengthToml::Word(word) => ((word == "self-paced").then_some(Length::SelfPaced), word.clone()),
        };
        let length = self.word("length", &shown, days, "7, 14, 21 or \"self-paced\"");
        let palette = Palette::from_word(&toml.palette);
        let palette = self.word("palette", &toml.palette, palette, "pine, clay, lake, plum, ochre or slate");
        let plan = self.word("plan", &toml.plan, Plan::from_word(&toml.plan), "free or premium");
        let tags = toml.tags.iter().enumerate();
        let tags: Vec<_> = tags.map(|(i, tag)| (i, Label::parse(&tag.to_lowercase()))).collect();
        let tags = tags
            .into_iter()
            .filter_map(|(i, tag)| self.field(COURSE, &format!("tags[{i}]"), tag))
            .collect();
        let mut meta = Meta::new(title?, category?, level?, language?, length?);
        meta.summary = summary?;
        meta.palette = palette?;
        meta.plan = plan?;
        meta.tags = tags;
        meta.outcomes = self.lines(COURSE, "outcomes", &toml.outcomes);
        meta.weeks = self.lines(COURSE, "weeks", &toml.weeks);
        meta.description_html = match &toml.description_html {
            Some(html) => self.html(COURSE, html),
            None => self.markdown(COURSE, &toml.description, None),
        };
        meta.price = toml.price.as_ref().and_then(|price| {
            let currency = self.field(COURSE, "price.currency", Currency::parse(&price.currency))?;
            Some(Price {
                minor: price.minor,
                currency,
            })
        });
        meta.cover = toml.cover.as_deref().and_then(|name| self.stored(COURSE, "cover", name));
        meta.trailer = toml.trailer.as_ref().and_then(|trailer| self.video(COURSE, "trailer", trailer));
        Some(meta)
    }

    /// Markdown; complaints name their line, or the field where the lines are not the file's.
    fn markdown(&mut self, file: &str, text: &str, first_line: Option<usize>) -> Body {
        let media = &self.media;
        let rendered = body::render(text, &|name| media.find(name));
        let complaints = rendered.complaints.into_iter().map(|complaint| match first_line {
            Some(first) => Problem::line(file, first + complaint.line - 1, complaint.message),
            None => Problem::field(file, "description", complaint.message),
        });
        self.problems.extend(complaints);
        rendered.body
    }

    fn html(&mut self, file: &str, html: &str) -> Body {
        let (html, missing) = media_names::with_assets(html, &|name| self.media.find(name));
        let missing = missing
            .into_iter()
            .map(|name| Problem::file(file, format!("the file {name} is not in the package: add it")));
        self.problems.extend(missing);
        Body::clean(&html)
    }

    fn stored(&mut self, file: &str, field: &str, name: &str) -> Option<AssetId> {
        let found = self.media.find(name);
        let missing = || Problem::field(file, field, format!("the file {name} is not in the package: add it under media/"));
        self.keep(found.ok_or_else(missing))
    }

    fn video(&mut self, file: &str, field: &str, toml: &VideoToml) -> Option<Video> {
        let asset = self.stored(file, &format!("{field}.file"), &toml.file);
        let poster = toml
            .poster
            .as_deref()
            .map(|name| self.stored(file, &format!("{field}.poster"), name));
        let mut captions = Vec::new();
        for (i, one) in toml.captions.iter().enumerate() {
            let at = format!("{field}.captions[{i}]");
            let language = self.field(file, &format!("{at}.language"), Language::parse(&one.language));
            let label = self.field(file, &format!("{at}.label"), Line::parse(&one.label));
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
        let title = self.field(file, "title", Title::parse(&toml.title));
        let body_html = match &toml.body {
            None => self.markdown(file, parts.body, Some(parts.body_line)),
            Some(name) => self.html_beside(files, file, name, parts.body)?,
        };
        let mut content = Content::with_body(title?, body_html);
        content.summary = self.field(file, "summary", Summary::parse(&toml.summary))?;
        content.minutes = toml.minutes.unwrap_or(content.minutes);
        content.is_preview = toml.preview;
        content.is_required = toml.required;
        content.completion = toml.completion;
        let actions = self.lines(file, "actions", &toml.actions).into_iter();
        content.actions = actions.map(|text| Action { id: String::new(), text }).collect();
        content.resources = self.resources(file, &toml.resources);
        content.video = toml.video.as_ref().and_then(|video| self.video(file, "video", video));
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
