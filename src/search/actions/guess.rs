//! "Did you mean …?": from nothing but what is shown to the viewer anyway.

use crate::search::{
    model::SearchItem,
    words::{self, Word},
};

/// A word that is shown: as it is compared, as it is written, and whether a title has it.
struct Known {
    plain: String,
    written: String,
    in_title: bool,
}

/// The question with its mistyped words mended, if any of them can be.
pub(super) fn meant(words: &[Word], shown: &[SearchItem]) -> Option<String> {
    let mut known = Vec::new();
    for item in shown {
        let lesson = item.lesson.as_ref().map(|l| l.title.as_str()).unwrap_or_default();
        gather(&format!("{} {lesson}", item.course.title), true, &mut known);
        gather(
            &format!("{} {}", item.course.tags.join(" "), item.course.summary),
            false,
            &mut known,
        );
    }
    let mut is_mended = false;
    let mended: Vec<String> = words
        .iter()
        .map(|word| match nearest(word, &known) {
            Some(better) => {
                is_mended = true;
                better
            }
            None => word.text.clone(),
        })
        .collect();
    is_mended.then(|| mended.join(" "))
}

fn gather(text: &str, in_title: bool, known: &mut Vec<Known>) {
    known.extend(words::plain(text).into_iter().map(|token| Known {
        written: text[token.offset_from..token.offset_to].to_lowercase(),
        plain: token.text,
        in_title,
    }));
}

/// The word that was meant; `None` when the word is right, or like nothing.
fn nearest(word: &Word, known: &[Known]) -> Option<String> {
    let most = match word.length {
        _ if word.is_dense => return None,
        0..=3 => return None,
        4..=7 => 1,
        _ => 2,
    };
    let is_right = |plain: &str| plain == word.text || (word.is_open && plain.starts_with(&word.text));
    if known.iter().any(|k| is_right(&k.plain)) {
        return None;
    }
    known
        .iter()
        .map(|k| (distance(&k.plain, word), !k.in_title, k))
        .filter(|(distance, ..)| *distance <= most)
        .min_by_key(|(distance, is_elsewhere, _)| (*distance, *is_elsewhere))
        .map(|(.., k)| k.written.clone())
}

/// How far a word is from the one that was typed, perhaps not to its end.
fn distance(plain: &str, word: &Word) -> usize {
    let whole = strsim::osa_distance(plain, &word.text);
    if !word.is_open {
        return whole;
    }
    let beginning: String = plain.chars().take(word.length).collect();
    whole.min(strsim::osa_distance(&beginning, &word.text))
}
