//! The rules that every error keeps: its place lies inside the file, no secret is in it, and nothing that controls a terminal.

use diagnostic::{Diagnostic, Paint, Redactor, render_all, visible_lines};

use crate::files::Files;

/// Stands in values of all kinds of files, and is known to the redactor.
pub(crate) const SECRET: &str = "pl4nted-S3cret";

/// So many places are looked at from both ends.
const MOST: usize = 20;

/// Which errors name a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    All,
    Some,
}

/// Checks what is told about these files.
pub(crate) fn check(diagnostics: &[Diagnostic], files: &Files, lines: Lines) -> Result<(), String> {
    if diagnostics.is_empty() {
        return Err("an error tells nothing".to_owned());
    }
    // To find a place takes as long as the file is, and of thousands none is special.
    for diagnostic in diagnostics
        .iter()
        .take(MOST)
        .chain(diagnostics.iter().rev().take(MOST))
    {
        place(diagnostic, files, lines).map_err(|broken| format!("{broken}: {diagnostic:?}"))?;
    }
    let redactor = Redactor::knowing([SECRET]);
    let redacted: Vec<_> = diagnostics
        .iter()
        .map(|one| one.clone().redacted(&redactor))
        .collect();
    let text = render_all(&redacted, Paint::Plain);
    if visible_lines(&text) != text {
        return Err(format!("an error would control a terminal: {text:?}"));
    }
    let shown = text + &render_all(&redacted, Paint::Colour) + &serde_json::to_string(&redacted).unwrap();
    if shown.contains(SECRET) {
        return Err(format!("an error shows a secret: {shown}"));
    }
    Ok(())
}

fn place(diagnostic: &Diagnostic, files: &Files, lines: Lines) -> Result<(), String> {
    let Some(place) = &diagnostic.place else {
        return match lines {
            Lines::All => Err("an error has no place".to_owned()),
            Lines::Some => Ok(()),
        };
    };
    let file = files
        .iter()
        .filter(|(name, _)| place.file.ends_with(name.as_str()));
    let texts: Vec<_> = file.map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    let Some(line) = place.line else {
        return match lines {
            Lines::All => Err("an error names no line".to_owned()),
            Lines::Some => Ok(()),
        };
    };
    if texts.is_empty() {
        return Err("an error names another file".to_owned());
    }
    let column = place.column.unwrap_or(1);
    let is_inside = texts.iter().any(|text| {
        let mut rest = text.split('\n').skip(line.saturating_sub(1));
        // A column behind the last character points at the end of the line.
        line > 0 && column > 0 && rest.next().is_some_and(|line| column <= line.chars().count() + 1)
    });
    if is_inside {
        Ok(())
    } else {
        Err("the place of an error lies outside the file".to_owned())
    }
}

/// Two readings of the same files give the same.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(one: &T, other: &T, what: &str) -> Result<(), String> {
    if one == other {
        Ok(())
    } else {
        Err(format!("{what}: {one:?} and {other:?}"))
    }
}

#[cfg(test)]
mod tests {
    use diagnostic::Place;

    use super::*;

    fn checked(place: Option<Place>, what: &str) -> Result<(), String> {
        let files = vec![("a.sql".to_owned(), b"one\nt\xc3\xb6o\n".to_vec())];
        let mut diagnostic = Diagnostic::new("a/b", what);
        diagnostic.place = place;
        check(&[diagnostic], &files, Lines::All)
    }

    fn at(line: usize, column: usize) -> Option<Place> {
        Some(Place {
            line: Some(line),
            column: Some(column),
            ..Place::file("folder/a.sql")
        })
    }

    #[test]
    fn a_place_outside_of_the_file_is_noticed() {
        for (line, column) in [(1, 1), (1, 4), (2, 4), (3, 1)] {
            assert_eq!(checked(at(line, column), "x"), Ok(()), "{line}:{column}");
        }
        for (line, column) in [(0, 1), (1, 0), (1, 5), (2, 5), (4, 1)] {
            assert!(checked(at(line, column), "x").is_err(), "{line}:{column}");
        }
        assert!(checked(Some(Place::file("a.sql")), "x").is_err());
        assert!(checked(None, "x").is_err());
        let other = Place {
            line: Some(1),
            ..Place::file("b.sql")
        };
        assert!(checked(Some(other), "x").is_err());
        assert!(check(&[], &Vec::new(), Lines::Some).is_err());
    }
}
