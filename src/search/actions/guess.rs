//! "Did you mean …?": from nothing but what is shown to the viewer anyway.

use crate::search::{
    model::SearchItem,
    words::{self, Word},
};

/// The question with its mistyped words mended, if any of them can be.
pub(super) fn meant(words: &[Word], shown: &[SearchItem]) -> Option<String> {
    let mut known: Vec<(String, String)> = Vec::new();
    for item in shown {
        let lesson = item.lesson.as_ref().map(|l| l.title.as_str()).unwrap_or_default();
        let text = format!(
            "{} {lesson} {} {}",
            item.course.title,
            item.course.tags.join(" "),
            item.course.summary
        );
        for token in words::plain(&text) {
            let written = text[token.offset_from..token.offset_to].to_lowercase();
            known.push((token.text, written));
        }
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

/// The word that was meant; `None` when the word is right, or like nothing.
fn nearest(word: &Word, known: &[(String, String)]) -> Option<String> {
    let most = match word.length {
        _ if word.is_dense => return None,
        0..=3 => return None,
        4..=7 => 1,
        _ => 2,
    };
    let is_right = |plain: &str| plain == word.text || (word.is_open && plain.starts_with(&word.text));
    if known.iter().any(|(plain, _)| is_right(plain)) {
        return None;
    }
    known
        .iter()
        .map(|(plain, written)| (strsim::osa_distance(plain, &word.text), written))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, written)| written.clone())
}
