//! Text without case and accents, for finding and sorting: who types "muller" finds "Müller".

use icu_normalizer::DecomposingNormalizerBorrowed;

/// The text in lower case, without accents, and with letters that do not decompose written plainly.
/// What is folded twice stays as it is.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars().flat_map(char::to_lowercase).filter(|c| !is_mark(*c)) {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ø' => out.push('o'),
            'đ' | 'ð' => out.push('d'),
            'ł' => out.push('l'),
            'ħ' => out.push('h'),
            'ı' => out.push('i'),
            'ŧ' => out.push('t'),
            'ς' => out.push('σ'),
            c => out.push(c),
        }
    }
    out
}

/// Accents that stand alone once a letter is decomposed: the blocks of combining marks, and the
/// vowel points of Hebrew and Arabic. Signs of Indic and Thai scripts carry meaning and stay.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{64b}'..='\u{652}' | '\u{670}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_do_not_count() {
        for (text, folded) in [
            ("Müller", "muller"),
            ("MU\u{308}LLER", "muller"),
            ("Straße", "strasse"),
            ("Łukasz Żółć", "lukasz zolc"),
            ("Søren Åström", "soren astrom"),
            ("Nguyễn Đức", "nguyen duc"),
            ("İstanbul ışık", "istanbul isik"),
            ("Đorđe Þór Æsa", "dorde thor aesa"),
            ("Ｊｕｌｉａ ﬁsh", "julia fish"),
            ("Σίσυφος", "σισυφοσ"),
            ("Йод", "иод"),
            ("สมชาย ไทย", "สมชาย ไทย"),
            ("王小明", "王小明"),
            ("ADA@example.org", "ada@example.org"),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
            assert_eq!(fold(folded), folded, "{folded} is folded already");
        }
    }
}
