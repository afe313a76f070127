//! The passage of a text that shows best why it was found, with the matches marked. The only tag
//! in it is `<mark>`; everything else is escaped.

use tantivy::tokenizer::Language;

use super::words::{self, Word};

/// How long a passage is, in characters, give or take a word.
const LENGTH: usize = 200;
/// How much of a text is looked at, in bytes.
const MOST: usize = 64 * 1024;
/// A piece of text without a gap is split into words by so many bytes at once.
const CHUNK: usize = 1024;

/// What to mark, prepared for many texts of one language.
pub(super) struct Marker<'a> {
    wanted: Vec<Wanted<'a>>,
    /// The language of the texts, if it has stems.
    language: Option<Language>,
    /// Whether mistyped words were let through.
    is_fuzzy: bool,
}

/// A matching word: its place in bytes, and which word of the question it is.
type Hit = (usize, usize, usize);

/// What matches in a text.
pub(super) struct Hits<'t> {
    text: &'t str,
    hits: Vec<Hit>,
}

impl Hits<'_> {
    /// How many different words of the question there are.
    pub(super) fn count(&self) -> usize {
        distinct(&self.hits)
    }

    /// The passage that holds the most different words, the earliest of equals; none where nothing
    /// matches.
    pub(super) fn passage(&self) -> Option<String> {
        let (from, to) = self.window()?;
        Some(render(self.text, from, to, &self.hits))
    }

    fn window(&self) -> Option<(usize, usize)> {
        let mut best: Option<(usize, usize)> = None;
        for (n, (from, ..)) in self.hits.iter().enumerate() {
            let reach = from + LENGTH;
            let inside = self.hits[n..].partition_point(|(_, to, _)| *to <= reach);
            let value = distinct(&self.hits[n..n + inside]);
            if best.is_none_or(|(most, _)| value > most) {
                best = Some((value, *from));
            }
        }
        let (_, first) = best?;
        // A little of what comes before, from the beginning of a word.
        let from = back(self.text, first, LENGTH / 4);
        Some((from, forward(self.text, from, LENGTH)))
    }
}

/// A word of the question, prepared so that most words of a text are passed over by their letters.
struct Wanted<'w> {
    word: &'w Word,
    stem: Option<String>,
    first: u8,
    letters: u32,
    /// How many letters may be missing; none where nothing is forgiven.
    mercy: Option<u32>,
}

impl<'w> Wanted<'w> {
    fn new(word: &'w Word, language: Option<Language>, is_fuzzy: bool) -> Self {
        Self {
            word,
            stem: language.map(|language| words::stem(&word.text, language)),
            first: word.text.as_bytes().first().copied().unwrap_or_default(),
            letters: letters(word.text.as_bytes()),
            mercy: (is_fuzzy && !word.is_dense).then(|| mercy(word)).flatten(),
        }
    }

    /// Whether a word of plain letters might match: never wrongly no.
    fn may_be(&self, word: &[u8], letters: u32) -> bool {
        word[0].to_ascii_lowercase() == self.first || self.mercy.is_some_and(|most| (self.letters & !letters).count_ones() <= most)
    }
}

impl<'w> Marker<'w> {
    /// For the words of a question.
    pub(super) fn new(words: &'w [Word], language: Option<Language>, is_fuzzy: bool) -> Self {
        let wanted = words.iter().map(|word| Wanted::new(word, language, is_fuzzy)).collect();
        Self {
            wanted,
            language,
            is_fuzzy,
        }
    }

    /// Matches from the beginning of the text until a passage holds all that can be hoped for.
    pub(super) fn hits<'t>(&self, text: &'t str) -> Hits<'t> {
        let mut hits = Vec::new();
        let (mut at, mut end) = (0, text.len().min(MOST));
        let mut lower = String::new();
        while at < end {
            let (to, is_plain) = piece(text.as_bytes(), at);
            let to = floor(text, to);
            let before = hits.len();
            if to == at {
                at += 1;
                continue;
            } else if is_plain {
                let word = &text[at..to];
                if to - at < words::LONGEST && might_be(&self.wanted, word.as_bytes()) {
                    lower.clear();
                    lower.push_str(word);
                    lower.make_ascii_lowercase();
                    hits.extend(self.matches(&lower).map(|n| (at, to, n)));
                }
            } else {
                for token in words::plain(&text[at..to]) {
                    hits.extend(self.matches(&token.text).map(|n| (at + token.offset_from, at + token.offset_to, n)));
                }
            }
            if hits.len() > before && distinct(&hits) == self.wanted.len() {
                // What stands near the last one is marked too.
                end = end.min(to + LENGTH);
            }
            at = to;
        }
        Hits { text, hits }
    }

    /// The passage, if any word of the question is in the text.
    pub(super) fn passage(&self, text: &str) -> Option<String> {
        self.hits(text).passage()
    }

    fn matches(&self, text: &str) -> Option<usize> {
        self.wanted.iter().position(|Wanted { word, stem, .. }| {
            if text == word.text {
                return true;
            }
            if word.is_dense || text.chars().next() != word.text.chars().next() && !self.is_fuzzy {
                return false;
            }
            if (word.is_open || self.is_fuzzy) && word.length >= 2 && text.starts_with(&word.text) {
                return true;
            }
            let same_stem = || match (self.language, stem) {
                (Some(language), Some(stem)) => text.starts_with(stem.get(..2).unwrap_or(stem)) && words::stem(text, language) == *stem,
                _ => false,
            };
            same_stem() || (self.is_fuzzy && is_near(text, word))
        })
    }
}

fn might_be(wanted: &[Wanted<'_>], word: &[u8]) -> bool {
    let letters = letters(word);
    wanted.iter().any(|w| w.may_be(word, letters))
}

/// Which of a to z are in a word, whatever their case.
fn letters(word: &[u8]) -> u32 {
    word.iter()
        .filter(|b| b.is_ascii_alphabetic())
        .fold(0, |all, b| all | 1 << (b.to_ascii_lowercase() - b'a'))
}

/// The piece from here to the next gap of ASCII, and whether it is a word of ASCII letters and
/// digits. Empty at a gap.
fn piece(text: &[u8], from: usize) -> (usize, bool) {
    let mut is_plain = true;
    let most = text.len().min(from + CHUNK);
    for (n, byte) in text[from..most].iter().enumerate() {
        if byte.is_ascii() && !byte.is_ascii_alphanumeric() {
            return (from + n, is_plain);
        }
        is_plain &= byte.is_ascii();
    }
    (most, is_plain)
}

/// The last boundary of a character up to here.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The beginning of a text, with nothing marked.
pub(super) fn plain(text: &str) -> String {
    render(text, 0, forward(text, 0, LENGTH), &[])
}

/// Words of a question are far fewer than 64.
fn distinct(hits: &[Hit]) -> usize {
    hits.iter().fold(0_u64, |seen, (.., n)| seen | 1 << (n & 63)).count_ones() as usize
}

/// How many letters of a word may be wrong; none of a short one.
fn mercy(word: &Word) -> Option<u32> {
    match word.length {
        0..=2 => None,
        3..=7 => Some(1),
        _ => Some(2),
    }
}

/// Whether a word of the text is the mistyped word of the question, as the query forgives it.
fn is_near(text: &str, word: &Word) -> bool {
    let Some(most) = mercy(word).map(|n| n as usize) else {
        return false;
    };
    let length = text.chars().count();
    if length + most < word.length {
        return false;
    }
    let whole = strsim::osa_distance(text, &word.text) <= most;
    let begun = || {
        (word.length.saturating_sub(most)..=word.length + most).any(|n| {
            let beginning: String = text.chars().take(n).collect();
            strsim::osa_distance(&beginning, &word.text) <= most
        })
    };
    whole || (word.is_open && begun())
}

/// About `most` characters before a place, at the beginning of a word.
fn back(text: &str, at: usize, most: usize) -> usize {
    let start = text[..at].char_indices().rev().take(most).last().map_or(at, |(n, _)| n);
    if start == 0 {
        return 0;
    }
    let space = text[start..at].char_indices().find(|(_, c)| c.is_whitespace());
    space.map_or(start, |(n, c)| start + n + c.len_utf8())
}

/// About `most` characters after a place, at the end of a word.
fn forward(text: &str, from: usize, most: usize) -> usize {
    let end = text[from..].char_indices().nth(most).map_or(text.len(), |(n, _)| from + n);
    if end == text.len() {
        return end;
    }
    let space = text[from..end].char_indices().rev().take(40).find(|(_, c)| c.is_whitespace());
    space.map_or(end, |(n, _)| from + n)
}

fn render(text: &str, from: usize, to: usize, hits: &[Hit]) -> String {
    let mut out = String::with_capacity(to - from + 64);
    if from > 0 {
        out.push('…');
    }
    let mut at = from;
    for (start, end, _) in hits.iter().filter(|(start, end, _)| *start >= from && *end <= to) {
        if *end <= at {
            continue; // Pairs of one run overlap.
        }
        let start = (*start).max(at);
        if start > at || !out.ends_with("</mark>") {
            escape(&text[at..start], &mut out);
            out.push_str("<mark>");
        } else {
            out.truncate(out.len() - "</mark>".len());
        }
        escape(&text[start..*end], &mut out);
        out.push_str("</mark>");
        at = *end;
    }
    escape(&text[at..to], &mut out);
    if to < text.len() {
        out.push('…');
    }
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(question: &str, text: &str, is_fuzzy: bool) -> Option<String> {
        let words = words::question(question);
        let language = Some(Language::English);
        Marker::new(&words, language, is_fuzzy).passage(text)
    }

    #[test]
    fn matches_are_marked_and_the_rest_is_escaped() {
        assert_eq!(
            passage("write clear", "<b>Writing</b> clearly & well", false).as_deref(),
            Some("&lt;b&gt;<mark>Writing</mark>&lt;/b&gt; <mark>clearly</mark> &amp; well")
        );
        assert_eq!(passage("nothing", "else", false), None);
        assert_eq!(passage("wrting ", "On writing", true).as_deref(), Some("On <mark>writing</mark>"));
        assert_eq!(
            passage("課程", "这是 課程設計", false).as_deref(),
            Some("这是 <mark>課程</mark>設計")
        );
        assert_eq!(passage("課程設計", "課程設計。", false).as_deref(), Some("<mark>課程設計</mark>。"));
    }

    #[test]
    fn long_texts_give_the_passage_that_holds_most() {
        let filler = "lorem ipsum dolor ".repeat(200);
        let text = format!("clear {filler} a clear way of writing {filler}");
        let shown = passage("clear writing", &text, false).expect("a passage");
        assert!(shown.contains("<mark>clear</mark> way of <mark>writing</mark>"), "{shown}");
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.len() < 400, "{shown}");
        let dense = "漢".repeat(50_000);
        assert!(passage("漢字 漢", &dense, false).is_some());
    }
}
