//! The passage of a text that shows best why it was found, with the matches marked. The only tag
//! in it is `<mark>`; everything else is escaped.

use tantivy::tokenizer::{Language, Token};

use super::words::{self, Word};

/// How long a passage is, in characters, give or take a word.
const LENGTH: usize = 200;
/// How much of a text is looked at, in bytes.
const MOST: usize = 64 * 1024;
/// How much of a text is split into words at once, in bytes.
const CHUNK: usize = 1024;

/// What to mark.
pub(super) struct Marker<'a> {
    pub(super) words: &'a [Word],
    /// The language of the text, if it has stems.
    pub(super) language: Option<Language>,
    /// Whether mistyped words were let through.
    pub(super) is_fuzzy: bool,
}

/// A matching word: its place in bytes, and which word of the question it is.
type Hit = (usize, usize, usize);

impl Marker<'_> {
    /// The passage, if any word of the question is in the text.
    pub(super) fn passage(&self, text: &str) -> Option<String> {
        let hits = self.hits(text);
        let (from, to) = self.window(text, &hits)?;
        Some(render(text, from, to, &hits))
    }

    /// How many different words of the question are in a text.
    pub(super) fn count(&self, text: &str) -> usize {
        distinct(&self.hits(text))
    }

    /// Matches from the beginning of the text until a passage holds all that can be hoped for.
    fn hits(&self, text: &str) -> Vec<Hit> {
        let stems: Vec<String> = match self.language {
            Some(language) => self.words.iter().map(|w| words::stem(&w.text, language)).collect(),
            None => Vec::new(),
        };
        let mut hits = Vec::new();
        let mut at = 0;
        while at < text.len().min(MOST) {
            let end = chunk_end(text, at);
            for token in words::plain(&text[at..end]) {
                if let Some(n) = self.matches(&token, &stems) {
                    hits.push((at + token.offset_from, at + token.offset_to, n));
                }
            }
            if distinct(&hits) == self.words.len() {
                break;
            }
            at = end;
        }
        hits
    }

    fn matches(&self, token: &Token, stems: &[String]) -> Option<usize> {
        let text = token.text.as_str();
        self.words.iter().position(|word| {
            let wanted = word.text.as_str();
            if text == wanted {
                return true;
            }
            if word.is_dense || text.chars().next() != wanted.chars().next() && !self.is_fuzzy {
                return false;
            }
            if (word.is_open || self.is_fuzzy) && word.length >= 2 && text.starts_with(wanted) {
                return true;
            }
            let n = self.words.iter().position(|w| w == word).unwrap_or_default();
            let same_stem = || match (self.language, stems.get(n)) {
                (Some(language), Some(stem)) => text.starts_with(stem.get(..2).unwrap_or(stem)) && words::stem(text, language) == *stem,
                _ => false,
            };
            same_stem() || (self.is_fuzzy && is_near(text, word))
        })
    }

    /// The passage that holds the most different words, the earliest of equals.
    fn window(&self, text: &str, hits: &[Hit]) -> Option<(usize, usize)> {
        let mut best: Option<(usize, usize)> = None;
        for (n, (from, ..)) in hits.iter().enumerate() {
            let reach = from + LENGTH;
            let inside: Vec<Hit> = hits[n..].iter().take_while(|(_, to, _)| *to <= reach).copied().collect();
            let value = distinct(&inside);
            if best.is_none_or(|(most, _)| value > most) {
                best = Some((value, *from));
            }
        }
        let (_, first) = best?;
        // A little of what comes before, from the beginning of a word.
        let from = back(text, first, LENGTH / 4);
        Some((from, forward(text, from, LENGTH)))
    }
}

/// The beginning of a text, with nothing marked.
pub(super) fn plain(text: &str) -> String {
    render(text, 0, forward(text, 0, LENGTH), &[])
}

fn distinct(hits: &[Hit]) -> usize {
    let mut seen: Vec<usize> = hits.iter().map(|(.., n)| *n).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len()
}

/// Whether a word of the text is the mistyped word of the question, as the query forgives it.
fn is_near(text: &str, word: &Word) -> bool {
    let most = match word.length {
        0..=2 => return false,
        3..=7 => 1,
        _ => 2,
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

/// Where a chunk that begins here ends: at a space, if there is one.
fn chunk_end(text: &str, from: usize) -> usize {
    let mut end = (from + CHUNK).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    if end == text.len() {
        return end;
    }
    match text[end..].find(char::is_whitespace) {
        Some(space) if space < CHUNK => end + space,
        _ => end,
    }
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
        Marker {
            words: &words,
            language,
            is_fuzzy,
        }
        .passage(text)
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
