//! A file of a folder: as bytes, and as text once a format wants it.
//!
//! Left out on purpose: where the bytes come from. A folder on disk and files built into a program are the same
//! from here on.

use std::path::{Path, PathBuf};

use diagnostic::Place;
use sha2::{Digest, Sha256};

use super::look_alike;
use crate::{FolderProblem, lex::place};

/// A file as it was found: its path below the folder, and its bytes.
#[derive(Debug)]
pub(crate) struct RawFile {
    pub(crate) relative: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

/// What a file's name says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Sql,
    /// A program's source, which some tools take for a migration.
    Code,
    /// Settings of one migration or of all.
    Settings,
    /// Named like a migration, and none. It is not read.
    LookAlike,
    /// Nothing that is looked at.
    Other,
}

impl RawFile {
    pub(crate) fn kind(&self) -> FileKind {
        FileKind::of(&self.relative)
    }

    /// The name without folders; empty for a name that is no text.
    pub(crate) fn name(&self) -> &str {
        self.relative
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
    }

    /// The folders above it, below the one that is read.
    pub(crate) fn parent(&self) -> &Path {
        self.relative.parent().unwrap_or(Path::new(""))
    }

    pub(crate) fn is_at_top(&self) -> bool {
        self.parent().as_os_str().is_empty()
    }

    /// Whether some line is a comment like this. Most files have no comment at all, which is seen faster than their lines are.
    pub(crate) fn has_comment(&self, matches: impl Fn(&str) -> bool) -> bool {
        self.has_text(|text| text.lines().any(&matches))
    }

    /// Whether it has comments, and a text like this.
    pub(crate) fn has_text(&self, matches: impl Fn(&str) -> bool) -> bool {
        if !has_comments(&self.bytes) {
            return false;
        }
        let text = String::from_utf8_lossy(&self.bytes);
        matches(text.trim_start_matches('\u{feff}'))
    }
}

/// Whether there is anything in these bytes that could be a comment to the end of its line.
pub(crate) fn has_comments(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"--").is_some()
}

impl FileKind {
    pub(crate) fn of(path: &Path) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.unwrap_or_default().to_ascii_lowercase().as_str() {
            "sql" | "psql" | "pgsql" | "ddl" => Self::Sql,
            "go" | "rs" | "java" | "kt" | "kts" | "scala" | "groovy" | "class" | "py" | "sh" | "bash"
            | "js" | "cjs" | "mjs" | "ts" | "cts" | "mts" | "rb" | "pl" | "php" | "cs" | "bat" | "cmd"
            | "ps1" | "ex" | "exs" => Self::Code,
            "toml" | "conf" => Self::Settings,
            _ if look_alike::reason(path).is_some() => Self::LookAlike,
            _ => Self::Other,
        }
    }
}

/// A file as text.
#[derive(Debug)]
pub(crate) struct Source {
    /// As a person would type it.
    pub(crate) path: PathBuf,
    /// Without a byte order mark.
    pub(crate) text: String,
    /// Whether it began with a byte order mark.
    pub(crate) marked: bool,
    /// SHA-256 over the exact bytes.
    pub(crate) checksum: [u8; 32],
}

impl Source {
    /// The text of a file, or what keeps it from being one.
    pub(crate) fn decode(path: PathBuf, bytes: &[u8]) -> Result<Self, Box<FolderProblem>> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let offset = error.valid_up_to();
                return Err(Box::new(FolderProblem::NotUtf8 {
                    file: path,
                    offset,
                    line: bytes[..offset].iter().filter(|&&byte| byte == b'\n').count() + 1,
                    seems: seems(bytes),
                }));
            }
        };
        let (text, marked) = match text.strip_prefix('\u{feff}') {
            Some(text) => (text, true),
            None => (text, false),
        };
        if let Some(at) = text.find('\0') {
            let place = place(path.display().to_string(), text, at);
            return Err(Box::new(FolderProblem::NulByte { place }));
        }
        Ok(Self {
            text: text.to_owned(),
            marked,
            checksum: Sha256::digest(bytes).into(),
            path,
        })
    }

    /// A place in the text.
    pub(crate) fn place(&self, offset: usize) -> Place {
        place(self.path.display().to_string(), &self.text, offset)
    }

    /// The lines with their offsets, without their line ends.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        lines(&self.text)
    }
}

/// The lines of a text with their offsets, without their line ends.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |whole| {
        let start = at;
        at += whole.len();
        let text = whole.trim_end_matches(['\n', '\r']);
        Line {
            start,
            text,
            next: at,
        }
    })
}

/// One line of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) start: usize,
    pub(crate) text: &'a str,
    /// Where the next one begins.
    pub(crate) next: usize,
}

impl Line<'_> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// What bytes that are not UTF-8 probably are.
fn seems(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [b'P', b'G', b'D', b'M', b'P', ..] => Some("a dump in custom format"),
        [0x1f, 0x8b, ..] => Some("compressed"),
        _ if !bytes.contains(&0) => Some("Latin-1 or Windows-1252"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Result<Source, Box<FolderProblem>> {
        Source::decode("a.sql".into(), bytes)
    }

    #[test]
    fn a_byte_order_mark_comes_off_the_text_and_stays_in_the_checksum() {
        let plain = decode(b"SELECT 1").unwrap();
        let marked = decode(b"\xef\xbb\xbfSELECT 1").unwrap();
        assert_eq!(marked.text, plain.text);
        assert!(marked.marked && !plain.marked);
        assert_ne!(marked.checksum, plain.checksum);
    }

    #[test]
    fn what_is_not_utf_8_is_reported_with_its_offset() {
        for (bytes, expected) in [
            (
                &b"SELECT 1;\nSELECT '\xe4'"[..],
                (18, 2, Some("Latin-1 or Windows-1252")),
            ),
            (b"\xff\xfeS\0E\0", (0, 1, Some("UTF-16"))),
            (b"a\0\xff", (2, 1, None)),
        ] {
            let FolderProblem::NotUtf8 {
                offset, line, seems, ..
            } = *decode(bytes).unwrap_err()
            else {
                panic!("{bytes:?} was taken");
            };
            assert_eq!((offset, line, seems), expected);
        }
    }

    #[test]
    fn a_nul_byte_is_reported_with_its_line() {
        let FolderProblem::NulByte { place } = *decode(b"SELECT 1;\n\0").unwrap_err() else {
            panic!("a NUL byte was taken");
        };
        assert_eq!(place.line, Some(2));
    }

    #[test]
    fn lines_know_where_they_are() {
        let source = decode(b"a\r\n\nbc").unwrap();
        let lines: Vec<_> = source
            .lines()
            .map(|line| (line.start, line.text, line.next))
            .collect();
        assert_eq!(lines, [(0, "a", 3), (3, "", 4), (4, "bc", 6)]);
    }
}
