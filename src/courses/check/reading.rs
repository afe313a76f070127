//! How hard a text is to read, by LIX (C. H. Björnsson, *Läsbarhet*, 1968): words a sentence plus
//! the percentage of words of more than six letters. It needs no list of words and no syllables, so
//! it works for every language that puts spaces between words; languages that write compounds as
//! one word score higher and get a higher bound. Texts without spaces are not judged.

/// Fewer words say nothing.
const FEW: usize = 100;
/// "Very difficult" begins here.
const HARD: u32 = 60;
/// The same for languages of long compounds.
const HARD_COMPOUNDS: u32 = 68;
const COMPOUNDING: [&str; 9] = ["de", "nl", "sv", "da", "nb", "no", "fi", "hu", "et"];

/// The LIX of a text, if it is very difficult for its language.
pub(super) fn hard(text: &str, language: &str) -> Option<u32> {
    let language = language.split('-').next().unwrap_or_default();
    let bound = if COMPOUNDING.contains(&language) { HARD_COMPOUNDS } else { HARD };
    lix(text).filter(|score| *score >= bound)
}

/// Every line is at least one sentence: headings and list items end without a full stop.
fn lix(text: &str) -> Option<u32> {
    let (mut words, mut long, mut sentences) = (0_usize, 0_usize, 0_usize);
    for line in text.lines() {
        let mut is_open = false;
        for word in line.split_whitespace() {
            let letters = word.chars().filter(|c| c.is_alphabetic()).count();
            if letters > 0 {
                words += 1;
                long += usize::from(letters > 6);
                is_open = true;
            }
            if is_open
                && word
                    .trim_end_matches(['"', '\u{201d}', ')'])
                    .ends_with(['.', '!', '?', ':', '\u{2026}'])
            {
                sentences += 1;
                is_open = false;
            }
        }
        sentences += usize::from(is_open);
    }
    let is_spaced = text.chars().filter(|c| c.is_alphabetic()).count() < words * 15;
    (words >= FEW && is_spaced).then(|| u32::try_from((words * 100 / sentences.max(1) + long * 10_000 / words) / 100).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_easy_and_officialese_is_hard() {
        let easy = "The cat sat on the mat. It was warm there. ".repeat(15);
        assert_eq!(lix(&easy), Some(5));
        assert_eq!(hard(&easy, "en"), None);
        let heavy = "Notwithstanding considerations concerning organisational responsibilities the aforementioned \
                     implementation necessitates comprehensive documentation regarding procedural dependencies "
            .repeat(10);
        assert!(hard(&heavy, "en").is_some_and(|score| score > 100));
        assert_eq!(hard("Too short to judge.", "en"), None);
    }

    #[test]
    fn compounds_get_a_higher_bound_and_dense_scripts_no_score() {
        // Eleven words a sentence, 55 % of them long: 66.
        let text = "Gewährleistung der Bestellung ist vorhanden und Lieferung erfolgt morgens auch immer. ".repeat(12);
        let score = lix(&text).expect("a score");
        assert!((HARD..HARD_COMPOUNDS).contains(&score), "{score}");
        assert!(hard(&text, "en").is_some() && hard(&text, "de-AT").is_none());
        assert_eq!(hard(&"学而时习之不亦说乎有朋自远方来不亦乐乎 ".repeat(200), "zh"), None);
    }
}
