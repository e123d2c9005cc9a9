//! Texts: pieces in any order, files of this repository with changes, deep nesting, and bytes without sense.

use proptest::{
    collection::vec,
    prelude::{Just, any},
    prop_oneof,
    sample::{Index, select},
    strategy::{BoxedStrategy, Strategy as _},
};

use crate::errors::SECRET;

/// What texts of one kind are made of.
pub(crate) struct Kind {
    /// What opens, closes, escapes and ends things, and whole lines.
    pub(crate) pieces: &'static [&'static str],
    /// What may be nested: how it opens, and how it closes.
    pub(crate) nested: &'static [(&'static str, &'static str)],
}

/// Texts of one kind.
pub(crate) fn texts(kind: &Kind, examples: Vec<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    let pieces = vec(piece(kind.pieces), 0..50).prop_map(|pieces| pieces.concat().into_bytes());
    let changed = (select(examples), vec(edit(kind.pieces), 0..5)).prop_map(|(mut text, edits)| {
        edits.iter().for_each(|edit| edit.apply(&mut text));
        text
    });
    let text = prop_oneof![
        60 => pieces,
        40 => changed,
        4 => deep(kind),
        4 => vec(any::<u8>(), 0..200),
    ];
    (text, envelope())
        .prop_map(|(text, envelope)| envelope.apply(text))
        .boxed()
}

/// A piece, or something that no list of pieces has: long names, huge numbers, any characters.
pub(crate) fn piece(pieces: &'static [&'static str]) -> BoxedStrategy<String> {
    prop_oneof![
        30 => select(pieces).prop_map(str::to_owned),
        1 => (select(&["a", "ä", "_", "9", " ", "-", "\n", "\""][..]), power(13)).prop_map(|(one, times)| one.repeat(times)),
        1 => select(&NUMBERS[..]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => Just(SECRET.to_owned()),
    ]
    .boxed()
}

const NUMBERS: [&str; 8] = [
    "0",
    "-1",
    "4294967296",
    "9223372036854775808",
    "340282366920938463463374607431768211456",
    "1e400",
    "0x7fffffffffffffff",
    "99999999-99-99T99:99:99Z",
];

/// A power of two, so that sizes of every order are as likely.
fn power(most: u32) -> impl proptest::strategy::Strategy<Value = usize> {
    (0..=most).prop_map(|power| 1 << power)
}

/// Of something inside itself, in bytes.
const LARGEST: usize = 300_000;

/// Something inside itself, up to 131,072 times, closed or not.
pub(crate) fn deep(kind: &Kind) -> BoxedStrategy<Vec<u8>> {
    let closed = prop_oneof![Just(true), Just(false)];
    let nested = (
        piece(kind.pieces),
        select(kind.nested),
        power(17),
        piece(kind.pieces),
        closed,
    );
    nested
        .prop_map(|(before, (open, close), times, inside, is_closed)| {
            let times = times.min(LARGEST / open.len());
            let close = if is_closed {
                close.repeat(times)
            } else {
                String::new()
            };
            [before, open.repeat(times), inside, close].concat().into_bytes()
        })
        .boxed()
}

/// A change to a text.
#[derive(Debug, Clone)]
enum Edit {
    Delete(Index, usize),
    Insert(Index, String),
    Copy(Index, usize, Index),
    Flip(Index, u8),
    Cut(Index),
}

fn edit(pieces: &'static [&'static str]) -> BoxedStrategy<Edit> {
    prop_oneof![
        (any::<Index>(), 1..60_usize).prop_map(|(at, length)| Edit::Delete(at, length)),
        (any::<Index>(), piece(pieces)).prop_map(|(at, text)| Edit::Insert(at, text)),
        (any::<Index>(), 1..400_usize, any::<Index>())
            .prop_map(|(at, length, to)| Edit::Copy(at, length, to)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Flip(at, byte)),
        any::<Index>().prop_map(Edit::Cut),
    ]
    .boxed()
}

impl Edit {
    fn apply(&self, text: &mut Vec<u8>) {
        let at = |index: &Index| index.index(text.len() + 1);
        match self {
            Self::Delete(from, length) => {
                let from = at(from);
                text.drain(from..text.len().min(from + length));
            }
            Self::Insert(to, piece) => {
                let to = at(to);
                text.splice(to..to, piece.bytes());
            }
            Self::Copy(from, length, to) => {
                let (from, to) = (at(from), at(to));
                let copied = text[from..text.len().min(from + length)].to_vec();
                text.splice(to..to, copied);
            }
            Self::Flip(at, byte) if !text.is_empty() => {
                let at = at.index(text.len());
                text[at] ^= byte;
            }
            Self::Flip(..) => {}
            Self::Cut(end) => text.truncate(end.index(text.len() + 1)),
        }
    }
}

/// What editors and systems do to a whole file.
#[derive(Debug, Clone, Copy)]
enum Envelope {
    None,
    Dos,
    OldMac,
    Mark,
    Utf16,
}

fn envelope() -> BoxedStrategy<Envelope> {
    prop_oneof![
        40 => Just(Envelope::None),
        4 => Just(Envelope::Dos),
        1 => Just(Envelope::OldMac),
        4 => Just(Envelope::Mark),
        1 => Just(Envelope::Utf16),
    ]
    .boxed()
}

impl Envelope {
    fn apply(self, text: Vec<u8>) -> Vec<u8> {
        let ending = |with: &[u8]| {
            let lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
            lines.join(with)
        };
        match self {
            Self::None => text,
            Self::Dos => ending(b"\r\n"),
            Self::OldMac => ending(b"\r"),
            Self::Mark => ["\u{feff}".as_bytes(), &text].concat(),
            Self::Utf16 => text.iter().flat_map(|byte| [*byte, 0]).collect(),
        }
    }
}
