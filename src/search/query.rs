//! From the words of a question to what is looked up. Nobody's words are ever read as a query
//! language.

use tantivy::{
    Term,
    query::{AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, FuzzyTermQuery, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    schema::Fields,
    words::{self, Word},
};

/// How much is forgiven: each step is taken when the one before found little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Mercy {
    /// Every word, in any of its forms; the last one may be only begun.
    None,
    /// Every word, mistyped or only begun.
    Typos,
    /// Any of the words.
    Any,
}

/// Where words are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Titles, labels and texts.
    Everywhere,
    /// Titles only: for suggestions while typing.
    Titles,
}

/// Builds queries over one index.
pub(super) struct Builder<'a> {
    pub(super) fields: &'a Fields,
    /// The languages whose stems are in the index.
    pub(super) languages: &'a [tantivy::tokenizer::Language],
    pub(super) place: Place,
}

type Boxed = Box<dyn Query>;

impl Builder<'_> {
    /// Everything that fits the words.
    pub(super) fn build(&self, words: &[Word], mercy: Mercy) -> Boxed {
        if words.is_empty() {
            return Box::new(EmptyQuery);
        }
        let occur = |word: &Word| match mercy {
            Mercy::Any => Occur::Should,
            _ if word.is_filler => Occur::Should,
            _ => Occur::Must,
        };
        // Of any of the words, those that say something.
        let asked = words.iter().filter(|word| mercy != Mercy::Any || !word.is_filler);
        let words = asked.map(|word| (occur(word), self.word(word, mercy))).collect();
        let fits: Boxed = Box::new(BooleanQuery::new(words));
        // Between a course and its lessons that fit as well, the course goes first.
        let is_course = TermQuery::new(Term::from_field_text(self.fields.kind, "course"), IndexRecordOption::Basic);
        let first: Boxed = Box::new(ConstScoreQuery::new(Box::new(is_course), 3.0));
        Box::new(BooleanQuery::new(vec![(Occur::Must, fits), (Occur::Should, first)]))
    }

    /// Everything there is.
    pub(super) fn everything() -> Boxed {
        Box::new(AllQuery)
    }

    fn word(&self, word: &Word, mercy: Mercy) -> Boxed {
        let mut ways = Vec::new();
        self.exactly(word, &mut ways);
        if mercy != Mercy::None && !word.is_dense {
            self.nearly(word, &mut ways);
        }
        Box::new(BooleanQuery::new(ways))
    }

    fn exactly(&self, word: &Word, ways: &mut Vec<(Occur, Boxed)>) {
        let fields = self.fields;
        ways.push(term(fields.title_plain, &word.text, 2.0));
        if word.is_open && word.length <= words::PREFIX {
            ways.push(term(fields.title_prefix, &word.text, 1.5));
        }
        let everywhere = self.place == Place::Everywhere;
        if everywhere {
            ways.push(term(fields.labels, &word.text, 1.5));
            ways.push(term(fields.body_plain, &word.text, 0.6));
        }
        if word.is_dense {
            return;
        }
        let mut stems: Vec<String> = self.languages.iter().map(|language| words::stem(&word.text, *language)).collect();
        stems.sort();
        stems.dedup();
        for stem in stems {
            ways.push(term(fields.title, &stem, 3.0));
            if everywhere {
                ways.push(term(fields.body, &stem, 1.0));
            }
        }
    }

    fn nearly(&self, word: &Word, ways: &mut Vec<(Occur, Boxed)>) {
        let fields = self.fields;
        let distance = match word.length {
            0..=2 => 0,
            3 if word.is_open => 1,
            3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        if distance > 0 {
            ways.push(fuzzy(fields.title_plain, &word.text, distance, word.is_open, 1.0));
        }
        if self.place == Place::Titles {
            return;
        }
        if distance > 0 && word.length > 3 {
            ways.push(fuzzy(fields.labels, &word.text, distance, word.is_open, 0.7));
            ways.push(fuzzy(fields.body_plain, &word.text, distance, false, 0.3));
        }
        if word.length >= 3 {
            // Compounds: a word that begins with this one.
            ways.push(fuzzy(fields.title_plain, &word.text, 0, true, 1.2));
            ways.push(fuzzy(fields.body_plain, &word.text, 0, true, 0.4));
        }
    }
}

fn term(field: Field, text: &str, boost: f32) -> (Occur, Boxed) {
    let term = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs);
    (Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost)))
}

fn fuzzy(field: Field, text: &str, distance: u8, is_prefix: bool, boost: f32) -> (Occur, Boxed) {
    let term = Term::from_field_text(field, text);
    let query = if is_prefix {
        FuzzyTermQuery::new_prefix(term, distance, true)
    } else {
        FuzzyTermQuery::new(term, distance, true)
    };
    (Occur::Should, Box::new(BoostQuery::new(Box::new(query), boost)))
}
