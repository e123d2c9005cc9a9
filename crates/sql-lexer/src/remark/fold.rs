//! One spelling for what looks alike: full-width letters, spaces, dashes and slashes of every kind, characters that take no space.

use unicode_normalization::UnicodeNormalization;

/// The text in plain characters, its case as it was.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.replace(['\t', '\r', '\u{b}', '\u{c}'], " ");
    }
    text.nfkc()
        .filter(|next| !is_invisible(*next))
        .map(plain)
        .collect()
}

fn plain(next: char) -> char {
    match next {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{2043}' => '-',
        '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{2571}' => '/',
        '\u{a789}' | '\u{2236}' | '\u{2f8}' | '\u{5c3}' => ':',
        // Cyrillic and Greek letters that look like the Latin ones of the words of the grammar.
        'а' | 'А' | 'Α' | 'α' => 'a',
        'е' | 'Е' | 'Ε' | 'ε' => 'e',
        'о' | 'О' | 'Ο' | 'ο' => 'o',
        'ѕ' | 'Ѕ' => 's',
        'т' | 'Т' | 'Τ' | 'τ' => 't',
        'ԁ' => 'd',
        'ν' | 'ѵ' | 'Ѵ' => 'v',
        'у' | 'У' | 'Υ' | 'γ' | 'ү' | 'Ү' => 'y',
        'п' | 'Ν' => 'n',
        'ӏ' | 'І' | 'Ӏ' => 'l',
        'Ь' | 'в' | 'В' | 'Β' => 'b',
        'р' | 'Р' | 'Ρ' | 'ρ' => 'p',
        space if space.is_whitespace() => ' ',
        other => other,
    }
}

/// Characters that take no space: joiners, marks of direction, soft hyphens, byte order marks, combining marks and variation selectors.
fn is_invisible(next: char) -> bool {
    matches!(next,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{300}'..='\u{333}' | '\u{335}'..='\u{337}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

/// The letters and digits of a folded text, in lower case.
pub(super) fn compact(folded: &str) -> String {
    let kept = folded.chars().filter(|next| next.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}
