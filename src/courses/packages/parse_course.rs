//! `course.toml` of a package, read into front matter.

use super::{
    FORMAT, Files, Problem,
    front_matter::{self, CourseToml, LengthToml, PriceToml},
    parse::{COURSE, Film, Reader},
};
use crate::{
    courses::model::{Category, Length, Level, Meta, Palette},
    kernel::{
        actor::Plan,
        error::Error,
        money::{Currency, Price},
        text::{Label, Language, Slug, Summary, Title},
    },
};

impl Reader<'_> {
    fn word<T>(&mut self, name: &str, word: &str, found: Option<T>, choice: &str) -> Option<T> {
        let missing = || Problem::field(COURSE, name, format!("there is no \u{201c}{word}\u{201d}: use {choice}"));
        self.keep(found.ok_or_else(missing))
    }

    pub(super) fn course(&mut self, files: &Files, categories: &[Category]) -> Option<(Slug, Meta)> {
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
        let tags = self.tags(&toml.tags);
        let outcomes = self.lines(COURSE, "outcomes", &toml.outcomes);
        let weeks = self.lines(COURSE, "weeks", &toml.weeks);
        let description = match &toml.description_html {
            Some(html) => self.html(COURSE, html),
            None => self.markdown(COURSE, &toml.description, None),
        };
        let price = toml.price.as_ref().and_then(|price| self.price(price));
        let cover = toml.cover.as_deref().and_then(|name| self.stored(COURSE, "cover", name));
        let trailer = Film {
            file: toml.trailer.as_deref(),
            poster: toml.trailer_poster.as_deref(),
            captions: &toml.trailer_captions,
        };
        let trailer = self.video(COURSE, "trailer_", trailer);
        Some(Meta {
            summary: summary?,
            description_html: description,
            tags,
            outcomes,
            weeks,
            palette: palette?,
            plan: plan?,
            price,
            cover,
            trailer,
            ..Meta::new(title?, category?, level?, language?, length?)
        })
    }

    fn tags(&mut self, texts: &[String]) -> Vec<Label> {
        let parsed: Vec<_> = texts.iter().map(|tag| Label::parse(&tag.to_lowercase())).collect();
        let kept = parsed.into_iter().enumerate();
        kept.filter_map(|(i, tag)| self.field(COURSE, &format!("tags[{i}]"), tag)).collect()
    }

    fn price(&mut self, toml: &PriceToml) -> Option<Price> {
        let currency = self.field(COURSE, "price.currency", Currency::parse(&toml.currency))?;
        Some(Price {
            minor: toml.minor,
            currency,
        })
    }
}
