//! What the index keeps of a course or lesson. Nothing is stored as text: what is shown comes
//! from the database.

use tantivy::{
    TantivyDocument, Term,
    schema::{FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{PreTokenizedString, Token},
};

use super::words;
use crate::kernel::id::{CategoryId, CourseId, LessonId, RevisionId};

/// Raised with every change of what is indexed or how: older indexes are rebuilt.
pub(super) const SCHEMA: u32 = 1;

/// Who may find a document, besides what his enrolments open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Everybody who may browse.
    All = 0,
    /// Those who joined the archived course, and its editors.
    Members = 1,
    /// Editors: the lessons as they are published now.
    Editors = 2,
    /// Nobody else: lessons as earlier versions have them.
    Readers = 3,
}

/// One document.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) course: CourseId,
    /// `None`: the course itself.
    pub(super) lesson: Option<LessonId>,
    /// Of a lesson with its text; `None`: title and summary only.
    pub(super) revision: Option<RevisionId>,
    pub(super) audience: Audience,
    pub(super) title: String,
    /// Tags, category, level.
    pub(super) labels: String,
    pub(super) body: String,
    pub(super) facets: Facets,
    /// When the course was first published: Unix milliseconds.
    pub(super) published: i64,
}

/// What one can filter by.
#[derive(Debug, Clone)]
pub(super) struct Facets {
    pub(super) category: CategoryId,
    /// 0 for beginners … 2.
    pub(super) level: u64,
    /// Days; 0 is self-paced.
    pub(super) length: u64,
    /// Language tag.
    pub(super) language: String,
    /// 0 free, 1 premium.
    pub(super) plan: u64,
}

/// Names of the numeric columns.
pub(super) mod column {
    pub(in crate::search) const COURSE: &str = "course";
    pub(in crate::search) const LESSON: &str = "lesson";
    pub(in crate::search) const REVISION: &str = "revision";
    pub(in crate::search) const AUDIENCE: &str = "audience";
    pub(in crate::search) const PUBLISHED: &str = "published";
    pub(in crate::search) const CATEGORY: &str = "category";
    pub(in crate::search) const LEVEL: &str = "level";
    pub(in crate::search) const LENGTH: &str = "length";
    pub(in crate::search) const LANGUAGE: &str = "language";
    pub(in crate::search) const PLAN: &str = "plan";
}

/// The fields of the schema.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) schema: Schema,
    pub(super) course: Field,
    lesson: Field,
    revision: Field,
    audience: Field,
    published: Field,
    facets: [Field; 5],
    /// `course` or `lesson`.
    pub(super) kind: Field,
    /// The language of its stems.
    pub(super) stemming: Field,
    /// Stems of the title.
    pub(super) title: Field,
    /// Words of the title.
    pub(super) title_plain: Field,
    /// Beginnings of the words of the title.
    pub(super) title_prefix: Field,
    /// Words of tags, category, level.
    pub(super) labels: Field,
    /// Stems of summary and text.
    pub(super) body: Field,
    /// Words of summary and text.
    pub(super) body_plain: Field,
}

impl Fields {
    pub(super) fn new() -> Self {
        let mut schema = Schema::builder();
        let text = |record, norms| {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_index_option(record)
                .set_fieldnorms(norms);
            TextOptions::default().set_indexing_options(indexing)
        };
        let counted = text(IndexRecordOption::WithFreqs, true);
        let bare = text(IndexRecordOption::Basic, false);
        let facets = [column::CATEGORY, column::LEVEL, column::LENGTH, column::LANGUAGE, column::PLAN];
        Self {
            course: schema.add_u64_field(column::COURSE, FAST | INDEXED),
            lesson: schema.add_u64_field(column::LESSON, FAST),
            revision: schema.add_u64_field(column::REVISION, FAST),
            audience: schema.add_u64_field(column::AUDIENCE, FAST),
            published: schema.add_u64_field(column::PUBLISHED, FAST),
            facets: facets.map(|name| schema.add_u64_field(name, FAST)),
            kind: schema.add_text_field("kind", STRING),
            stemming: schema.add_text_field("stemming", STRING),
            title: schema.add_text_field("title", counted.clone()),
            title_plain: schema.add_text_field("title_plain", counted.clone()),
            title_prefix: schema.add_text_field("title_prefix", bare),
            labels: schema.add_text_field("labels", counted.clone()),
            body: schema.add_text_field("body", counted.clone()),
            body_plain: schema.add_text_field("body_plain", counted),
            schema: schema.build(),
        }
    }

    /// Names every document of a course.
    pub(super) fn of_course(&self, course: CourseId) -> Term {
        Term::from_field_u64(self.course, number(course.raw()))
    }

    pub(super) fn document(&self, entry: &Entry) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_u64(self.course, number(entry.course.raw()));
        document.add_u64(self.lesson, entry.lesson.map_or(0, |id| number(id.raw())));
        document.add_u64(self.revision, entry.revision.map_or(0, |id| number(id.raw())));
        document.add_u64(self.audience, entry.audience as u64);
        document.add_u64(self.published, number(entry.published));
        let facets = [
            number(entry.facets.category.raw()),
            entry.facets.level,
            entry.facets.length,
            pack(&entry.facets.language),
            entry.facets.plan,
        ];
        for (field, value) in self.facets.iter().zip(facets) {
            document.add_u64(*field, value);
        }
        document.add_text(self.kind, if entry.lesson.is_some() { "lesson" } else { "course" });
        let title = words::plain(&entry.title);
        put(&mut document, self.title_prefix, words::prefixes(&title));
        put(&mut document, self.title_plain, title);
        put(&mut document, self.labels, words::plain(&entry.labels));
        put(&mut document, self.body_plain, words::plain(&entry.body));
        if let Some(language) = words::stemming(&entry.facets.language) {
            let tag = entry.facets.language.split('-').next().unwrap_or_default();
            document.add_text(self.stemming, tag);
            put(&mut document, self.title, words::stems(&entry.title, language));
            put(&mut document, self.body, words::stems(&entry.body, language));
        }
        document
    }
}

fn put(document: &mut TantivyDocument, field: Field, tokens: Vec<Token>) {
    let text = String::new();
    document.add_pre_tokenized_text(field, PreTokenizedString { text, tokens });
}

/// Ids and instants are never negative.
pub(super) fn number(raw: i64) -> u64 {
    raw.cast_unsigned()
}

/// A language tag of at most eight bytes as a number, and back.
pub(super) fn pack(tag: &str) -> u64 {
    tag.bytes().take(8).fold(0, |packed, byte| (packed << 8) | u64::from(byte))
}

/// The tag that was packed.
pub(super) fn unpack(packed: u64) -> String {
    packed.to_be_bytes().iter().filter(|b| **b != 0).map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_packed_and_unpacked() {
        for tag in ["en", "pt-BR", "fil", ""] {
            assert_eq!(unpack(pack(tag)), tag);
        }
    }
}
