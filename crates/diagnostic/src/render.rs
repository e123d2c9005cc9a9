//! Diagnostics as text for a person.
//!
//! Colour only repeats what the words already say, so that nothing is lost without it.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use crate::{
    Diagnostic, Place,
    excerpt::{Excerpt, excerpt},
    visible, visible_lines,
};

/// Whether the text carries ANSI colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Plain text.
    Plain,
    /// Colours for a terminal.
    Colour,
}

struct Palette {
    error: Style,
    bold: Style,
    dim: Style,
    hint: Style,
}

impl Palette {
    fn of(paint: Paint) -> Self {
        let plain = Style::new();
        match paint {
            Paint::Plain => Self {
                error: plain,
                bold: plain,
                dim: plain,
                hint: plain,
            },
            Paint::Colour => Self {
                error: AnsiColor::Red.on_default().bold(),
                bold: plain.bold(),
                dim: AnsiColor::Blue.on_default(),
                hint: AnsiColor::Cyan.on_default(),
            },
        }
    }
}

/// One diagnostic as text, with a line end at its end.
pub fn render(diagnostic: &Diagnostic, paint: Paint) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail; the result is only there because the trait is shared with real sinks.
    let _ = write_diagnostic(&mut out, diagnostic, &Palette::of(paint));
    out
}

/// Several diagnostics, a blank line between them, and their count at the end when there is more than one.
pub fn render_all(diagnostics: &[Diagnostic], paint: Paint) -> String {
    let mut out = diagnostics
        .iter()
        .map(|d| render(d, paint))
        .collect::<Vec<_>>()
        .join("\n");
    if diagnostics.len() > 1 {
        let _ = write!(out, "\n{} problems\n", diagnostics.len());
    }
    out
}

fn write_diagnostic(out: &mut String, d: &Diagnostic, p: &Palette) -> std::fmt::Result {
    let Palette {
        error,
        bold,
        dim,
        hint,
    } = p;
    writeln!(
        out,
        "{error}error[{}]{error:#}: {bold}{}{bold:#}",
        d.code,
        visible(&d.what)
    )?;
    if let Some(place) = &d.place {
        write_place(out, place, p)?;
    }
    let width = d
        .facts
        .iter()
        .map(|fact| fact.label.chars().count())
        .max()
        .unwrap_or(0)
        + 1;
    for fact in &d.facts {
        writeln!(
            out,
            "  {:<width$} {}",
            format!("{}:", visible(&fact.label)),
            indented(&fact.value)
        )?;
    }
    for cause in &d.causes {
        writeln!(out, "  {dim}caused by:{dim:#} {}", indented(cause))?;
    }
    if let Some(why) = &d.why {
        writeln!(out, "{bold}why:{bold:#} {}", visible(why))?;
    }
    if !d.hints.is_empty() {
        out.push('\n');
    }
    for line in &d.hints {
        writeln!(out, "{hint}hint:{hint:#} {}", visible(line))?;
    }
    Ok(())
}

/// Text of several lines, of which none but the first can be taken for one of ours.
fn indented(text: &str) -> String {
    visible_lines(text).replace('\n', "\n    ")
}

fn write_place(out: &mut String, place: &Place, p: &Palette) -> std::fmt::Result {
    let Palette { error, dim, .. } = p;
    write!(out, "  {dim}-->{dim:#} {}", visible(&place.file))?;
    if let Some(line) = place.line {
        write!(out, ":{line}")?;
    }
    if let Some(column) = place.column {
        write!(out, ":{column}")?;
    }
    out.push('\n');
    let (Some(line), Some(column), Some(source)) = (place.line, place.column, &place.source) else {
        return Ok(());
    };
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    let Excerpt { text, lead, caret } = excerpt(&source.text, column.saturating_sub(1), source.width);
    writeln!(out, "  {dim}{gutter} |{dim:#}")?;
    writeln!(out, "  {dim}{number} |{dim:#} {text}")?;
    writeln!(out, "  {dim}{gutter} |{dim:#} {lead}{error}{caret}{error:#}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fact;

    fn edited() -> Diagnostic {
        Diagnostic {
            place: Some(Place::file("migrations/operational/0003_add_invoices.sql")),
            facts: vec![
                Fact::new("applied", "sha256 4f1c9a02 on 2026-11-02 10:14 UTC by ci"),
                Fact::new("on disk", "sha256 9a07e31b"),
            ],
            why: Some("databases that already ran it would differ from new ones".into()),
            hints: vec![
                "restore the file (`git log -- migrations/operational/0003_add_invoices.sql`)".into(),
            ],
            ..Diagnostic::new(
                "migration/edited",
                "migration `0003_add_invoices.sql` changed after it was applied",
            )
        }
    }

    #[test]
    fn a_diagnostic_says_what_where_why_and_how_to_mend_it() {
        insta::assert_snapshot!(render(&edited(), Paint::Plain));
    }

    #[test]
    fn a_place_with_a_column_shows_the_line_with_a_caret() {
        let sql = "BEGIN;\n\tALTER TABLE invocies ADD COLUMN total int;\n";
        let offset = sql.find("invocies").unwrap();
        let mut diagnostic = Diagnostic::new("migration/sql", "relation \"invocies\" does not exist");
        diagnostic.place = Some(Place::at_byte("0004_total.sql", sql, offset));
        insta::assert_snapshot!(render(&diagnostic, Paint::Plain));
    }

    #[test]
    fn nothing_of_a_file_or_server_reaches_the_terminal_raw_or_begins_a_line() {
        let bad = "\x1b[2Jx\u{202e}\nerror[forged]: y\r\u{9b}";
        let diagnostic = Diagnostic {
            place: Some(Place::at_byte(bad, "SELECT '\x1b[31m' x;", 16)),
            facts: vec![Fact::new(bad, bad)],
            causes: vec![bad.into()],
            why: Some(bad.into()),
            hints: vec![bad.into()],
            ..Diagnostic::new("a/b", bad)
        };
        let text = render(&diagnostic, Paint::Plain);
        assert!(!text.contains(['\x1b', '\u{202e}', '\r', '\u{9b}']), "{text:?}");
        let forged = text.lines().filter(|line| line.starts_with("error[")).count();
        assert_eq!(forged, 1, "{text}");
        assert!(
            text.contains(r"--> \x1b[2Jx\u{202e}\nerror[forged]: y\r\u{9b}:1:17"),
            "{text}"
        );
    }

    #[test]
    fn several_are_counted() {
        let text = render_all(&[edited(), edited()], Paint::Plain);
        assert!(text.ends_with("\n2 problems\n"));
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let coloured = render(&edited(), Paint::Colour);
        let stripped = regex_lite::Regex::new("\x1b\\[[0-9;]*m")
            .unwrap()
            .replace_all(&coloured, "")
            .into_owned();
        assert_eq!(stripped, render(&edited(), Paint::Plain));
    }
}
