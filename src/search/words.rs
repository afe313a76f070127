//! From text to words: the same way when texts are indexed, when somebody asks, and when a match
//! is shown.
//!
//! Words are runs of letters and digits, in lower case, without accents and marks. Scripts that
//! put no spaces between words (Chinese, Japanese, Thai …) and Korean, which glues particles to
//! them, give every pair of neighbouring characters, and every single one for one-character
//! questions. Stems come on top, by the language of the course, and never alone: German *Kurs*
//! and *Kurse* have different ones.

use tantivy::tokenizer::{AsciiFoldingFilter, Language, RemoveLongFilter, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer};

/// Longer words are no words, in bytes.
pub(super) const LONGEST: usize = 64;

/// How a character behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Between words.
    Gap,
    /// Part of a word.
    Letter,
    /// A script without spaces.
    Dense,
    /// Inside a word, but not kept: accents, vowel points, joiners, soft hyphens.
    Silent,
}

fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() { Class::Letter } else { Class::Gap };
    }
    match c {
        '\u{0300}'..='\u{036F}'
        | '\u{0591}'..='\u{05BD}'
        | '\u{05BF}'
        | '\u{05C1}'..='\u{05C2}'
        | '\u{05C4}'..='\u{05C5}'
        | '\u{05C7}'
        | '\u{0610}'..='\u{061A}'
        | '\u{0640}'
        | '\u{064B}'..='\u{065F}'
        | '\u{0670}'
        | '\u{06D6}'..='\u{06DC}'
        | '\u{00AD}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' => Class::Silent,
        '\u{0E00}'..='\u{0EFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1100}'..='\u{11FF}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'
        | '\u{3007}'
        | '\u{3040}'..='\u{318F}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FF9F}'
        | '\u{20000}'..='\u{3FFFF}' => Class::Dense,
        // Indian scripts write vowels and joins as marks that belong to the word.
        '\u{0964}' | '\u{0965}' | '\u{0970}' => Class::Gap,
        '\u{0900}'..='\u{0DFF}' => Class::Letter,
        c if c.is_alphanumeric() => Class::Letter,
        _ => Class::Gap,
    }
}

/// Splits text into words.
#[derive(Clone, Copy)]
struct Splitter {
    /// Of scripts without spaces, single characters beside the pairs.
    singles: bool,
}

/// The words of one text.
struct Split {
    tokens: Vec<Token>,
    next: usize,
}

impl TokenStream for Split {
    fn advance(&mut self) -> bool {
        self.next += 1;
        self.next <= self.tokens.len()
    }

    fn token(&self) -> &Token {
        &self.tokens[self.next - 1]
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.tokens[self.next - 1]
    }
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Split;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Split {
        let mut tokens = Vec::with_capacity(text.len() / 6);
        let mut rest = text.char_indices().peekable();
        while let Some((from, first)) = rest.next() {
            let run = class(first);
            if matches!(run, Class::Gap | Class::Silent) {
                continue;
            }
            let mut to = from + first.len_utf8();
            while let Some((at, c)) = rest.next_if(|(_, c)| class(*c) == run || class(*c) == Class::Silent) {
                to = at + c.len_utf8();
            }
            if run == Class::Letter {
                push_word(&mut tokens, text, from, to);
            } else {
                self.push_pairs(&mut tokens, text, from, to);
            }
        }
        Split { tokens, next: 0 }
    }
}

fn push(tokens: &mut Vec<Token>, text: String, from: usize, to: usize) {
    tokens.push(Token {
        offset_from: from,
        offset_to: to,
        position: tokens.len(),
        text,
        position_length: 1,
    });
}

fn push_word(tokens: &mut Vec<Token>, text: &str, from: usize, to: usize) {
    let lower = text[from..to]
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|c| class(*c) != Class::Silent)
        .collect();
    push(tokens, lower, from, to);
}

impl Splitter {
    fn push_pairs(self, tokens: &mut Vec<Token>, text: &str, from: usize, to: usize) {
        let run: Vec<(usize, char)> = text[from..to]
            .char_indices()
            .filter(|(_, c)| class(*c) != Class::Silent)
            .map(|(at, c)| (from + at, c))
            .collect();
        for (n, (at, c)) in run.iter().enumerate() {
            let end = at + c.len_utf8();
            if self.singles || run.len() == 1 {
                push(tokens, c.to_string(), *at, end);
            }
            if let Some((next, d)) = run.get(n + 1) {
                push(tokens, [*c, *d].iter().collect(), *at, next + d.len_utf8());
            }
        }
    }
}

/// The language whose stems a course's texts get, by the first part of its language tag.
pub(super) fn stemming(tag: &str) -> Option<Language> {
    Some(match tag.split('-').next()? {
        "ar" => Language::Arabic,
        "da" => Language::Danish,
        "nl" => Language::Dutch,
        "en" => Language::English,
        "fi" => Language::Finnish,
        "fr" => Language::French,
        "de" => Language::German,
        "el" => Language::Greek,
        "hu" => Language::Hungarian,
        "it" => Language::Italian,
        "nb" | "nn" | "no" => Language::Norwegian,
        "pt" => Language::Portuguese,
        "ro" => Language::Romanian,
        "ru" => Language::Russian,
        "es" => Language::Spanish,
        "sv" => Language::Swedish,
        "ta" => Language::Tamil,
        "tr" => Language::Turkish,
        _ => return None,
    })
}

fn analyzer(singles: bool, stems: Option<Language>) -> TextAnalyzer {
    let base = TextAnalyzer::builder(Splitter { singles })
        .filter(RemoveLongFilter::limit(LONGEST))
        .filter(AsciiFoldingFilter);
    match stems {
        Some(language) => base.filter(Stemmer::new(language)).build(),
        None => base.build(),
    }
}

fn run(mut analyzer: TextAnalyzer, text: &str) -> Vec<Token> {
    let mut stream = analyzer.token_stream(text);
    let mut tokens = Vec::new();
    while let Some(token) = stream.next() {
        tokens.push(token.clone());
    }
    tokens
}

/// The words of a text as they are, for the index and for showing matches.
pub(super) fn plain(text: &str) -> Vec<Token> {
    run(analyzer(true, None), text)
}

/// The stems of a text.
pub(super) fn stems(text: &str, language: Language) -> Vec<Token> {
    run(analyzer(true, Some(language)), text)
}

/// The stem of one plain word.
pub(super) fn stem(word: &str, language: Language) -> String {
    run(analyzer(false, Some(language)), word)
        .pop()
        .map_or_else(|| word.to_owned(), |token| token.text)
}

/// The beginnings of plain words, 1 to [`PREFIX`] characters long.
pub(super) fn prefixes(plain: &[Token]) -> Vec<Token> {
    let mut out = Vec::new();
    for token in plain.iter().filter(|t| !is_dense(&t.text)) {
        for (at, c) in token.text.char_indices().take(PREFIX) {
            push(
                &mut out,
                token.text[..at + c.len_utf8()].to_owned(),
                token.offset_from,
                token.offset_to,
            );
        }
    }
    out
}

/// The longest beginning that is indexed, in characters.
pub(super) const PREFIX: usize = 12;

/// Whether a word is a pair or single character of a script without spaces.
pub(super) fn is_dense(word: &str) -> bool {
    word.chars().next().is_some_and(|c| class(c) == Class::Dense)
}

/// Words of a question: at most this many, and this many pairs.
const WORDS: usize = 8;
const PAIRS: usize = 16;

/// One word of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As it is indexed.
    pub(super) text: String,
    /// Its length in characters.
    pub(super) length: usize,
    /// A pair or single character of a script without spaces.
    pub(super) is_dense: bool,
    /// Perhaps not typed to its end.
    pub(super) is_open: bool,
    /// Says little by itself: *the*, *und*, *de*.
    pub(super) is_filler: bool,
}

/// The words of a question. Whatever is typed, these are few and short.
pub(super) fn question(text: &str) -> Vec<Word> {
    let text: String = text.chars().take(600).collect();
    let mut words: Vec<Word> = Vec::new();
    for token in run(analyzer(false, None), &text) {
        let is_dense = is_dense(&token.text);
        let room = if is_dense { PAIRS } else { WORDS };
        if words.len() >= room || words.iter().any(|w| w.text == token.text) {
            continue;
        }
        words.push(Word {
            length: token.text.chars().count(),
            is_open: !is_dense && token.offset_to == text.len(),
            is_filler: FILLERS.binary_search(&token.text.as_str()).is_ok(),
            is_dense,
            text: token.text,
        });
    }
    if words.iter().all(|w| w.is_filler) {
        words.iter_mut().for_each(|w| w.is_filler = false);
    }
    words
}

/// Words that need not be in what is found, as long as others are. Sorted.
const FILLERS: [&str; 58] = [
    "a", "al", "an", "and", "are", "as", "at", "by", "can", "con", "da", "das", "de", "dei", "del", "der", "des", "di", "die", "do", "du",
    "e", "ein", "eine", "el", "en", "et", "for", "from", "how", "i", "in", "is", "it", "la", "las", "le", "les", "los", "mit", "my", "o",
    "of", "on", "or", "para", "per", "por", "the", "to", "un", "und", "une", "what", "with", "y", "you", "zu",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(tokens: &[Token]) -> Vec<&str> {
        tokens.iter().map(|t| t.text.as_str()).collect()
    }

    #[test]
    fn words_of_many_scripts() {
        assert_eq!(
            texts(&plain("Don't stop, Müller's Café-Straße 2024!")),
            ["don", "t", "stop", "muller", "s", "cafe", "strasse", "2024"]
        );
        // Decomposed accents, a soft hyphen, marks of direction.
        assert_eq!(
            texts(&plain("Cafe\u{301} Zeit\u{AD}plan \u{202E}abc\u{202C}")),
            ["cafe", "zeitplan", "abc"]
        );
        assert_eq!(texts(&plain("课程设计")), ["课", "课程", "程", "程设", "设", "设计", "计"]);
        assert_eq!(texts(&plain("学ぶ2つ")), ["学", "学ぶ", "ぶ", "2", "つ"]);
        assert_eq!(texts(&plain("नमस्ते दुनिया।")), ["नमस्ते", "दुनिया"]);
        assert_eq!(texts(&plain("שָׁלוֹם İSTANBUL")), ["שלום", "istanbul"]);
        assert!(plain("\u{0} \u{7} --- 🙂 \u{301}").is_empty());
        assert!(plain(&"x".repeat(100)).is_empty());
    }

    #[test]
    fn questions_are_few_words() {
        let words = question("How to write  CLEARLY");
        assert_eq!(
            words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(),
            ["how", "to", "write", "clearly"]
        );
        assert_eq!(words.iter().map(|w| w.is_filler).collect::<Vec<_>>(), [true, true, false, false]);
        assert_eq!(words.iter().map(|w| w.is_open).collect::<Vec<_>>(), [false, false, false, true]);
        assert!(!question("write ")[0].is_open);
        assert!(!question("the")[0].is_filler);
        assert_eq!(
            question("設計図").iter().map(|w| w.text.clone()).collect::<Vec<_>>(),
            ["設計", "計図"]
        );
        assert_eq!(question("設").len(), 1);
        assert_eq!(question(&"word1 ".repeat(9)).len(), 1);
        let many: String = (0..500).map(|n| format!("w{n} ")).collect();
        assert_eq!(question(&many).len(), 8);
        assert!(FILLERS.is_sorted());
    }

    #[test]
    fn stems_and_beginnings() {
        assert_eq!(stem("writing", Language::English), "write");
        assert_eq!(texts(&prefixes(&plain("Zeit 课程"))), ["z", "ze", "zei", "zeit"]);
    }
}
