//! Reads a folder of seeds: names to numbers, contents to rows, and everything that is wrong with it at once.

use std::{fs, io, path::Path};

use diagnostic::{Place, ReadError, read_text};

use super::{
    Body, FolderConfig, Problem, SeedFile, comments::sql_of, document, ending::Ending, header::Header,
    problem::ProblemKind,
};
use crate::Error;

pub(crate) fn read(dir: &Path, config: &FolderConfig) -> Result<Vec<SeedFile>, Error> {
    let names = list(dir).map_err(|source| Error::NoFolder {
        dir: dir.display().to_string(),
        source,
    })?;
    let (mut files, mut problems) = (Vec::<SeedFile>::new(), Vec::new());
    for name in names {
        let path = dir.join(&name);
        let shown = path.display().to_string();
        let Some((number, label, ending)) = parse_name(&name) else {
            let what = format!("`{name}` is not a seed");
            problems.push(Problem::new(ProblemKind::UnknownFile, Place::file(shown), what));
            continue;
        };
        match read_text(&path, config.size_limit) {
            Ok(text) => files.push(read_file(
                number,
                (label, ending),
                (name.clone(), shown),
                &text,
                &mut problems,
            )),
            Err(error) => {
                let kind = match error {
                    ReadError::TooLarge { .. } => ProblemKind::TooLarge,
                    _ => ProblemKind::Unreadable,
                };
                let what = format!("cannot read `{name}`: {error}");
                problems.push(Problem::new(kind, Place::file(shown), what));
            }
        }
    }
    files.sort_by(|a, b| (a.number, &a.name).cmp(&(b.number, &b.name)));
    for pair in files.windows(2) {
        if pair[0].number == pair[1].number {
            let what = format!(
                "`{}` and `{}` have the same number, {}",
                pair[0].name, pair[1].name, pair[0].number
            );
            let place = Place::file(pair[1].path.clone());
            problems.push(Problem::new(ProblemKind::DuplicateNumber, place, what));
        }
    }
    if problems.is_empty() {
        Ok(files)
    } else {
        Err(Error::Folder { problems })
    }
}

/// The names in the folder, sorted. Hidden files and a README are no seeds and nobody takes them for some.
fn list(dir: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && name != "README.md" {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// `10_people.sql` is number 10, label `people`, SQL.
fn parse_name(name: &str) -> Option<(u64, &str, Ending)> {
    let (stem, ending) = name.rsplit_once('.')?;
    let ending = match ending {
        "sql" => Ending::Sql,
        "toml" => Ending::Toml,
        "csv" => Ending::Csv,
        _ => return None,
    };
    let (number, label) = stem.split_once('_')?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || label.is_empty() {
        return None;
    }
    Some((number.parse().ok()?, label, ending))
}

fn read_file(
    number: u64,
    (label, ending): (&str, Ending),
    (name, path): (String, String),
    text: &str,
    problems: &mut Vec<Problem>,
) -> SeedFile {
    // Some editors put a byte order mark in front, which the server would take for a word.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problem = |kind, offset, what: String| {
        problems.push(Problem::new(
            kind,
            Place::at_byte(path.clone(), text, offset),
            what,
        ));
    };
    let (header, bad) = Header::parse(text, ending);
    for directive in bad {
        problem(ProblemKind::BadDirective, directive.offset, directive.what);
    }
    let tables = match ending {
        Ending::Sql => None,
        Ending::Toml => Some(document::parse_toml(text)),
        Ending::Csv => Some(document::parse_csv(label, text)),
    };
    let body = match tables {
        None => Body::Sql,
        Some(Ok(tables)) => Body::Tables(tables),
        Some(Err(faults)) => {
            for fault in faults {
                problem(fault.kind, fault.offset, fault.what);
            }
            Body::Sql
        }
    };
    if ending != Ending::Sql && !header.email_hashes.is_empty() {
        let what =
            "outside of SQL a hash is the value `{ email_hash = [\"ada\", \"example.org\"] }`".to_owned();
        problem(ProblemKind::BadDirective, 0, what);
    }
    SeedFile {
        number,
        name,
        path,
        text: match ending {
            Ending::Sql => sql_of(text).into_owned(),
            Ending::Toml | Ending::Csv => text.to_owned(),
        },
        header,
        body,
    }
}

#[cfg(test)]
mod tests {
    use diagnostic::{Explain, Paint, render_all};

    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    #[test]
    fn files_run_in_the_order_of_their_numbers() {
        let dir = folder(&[
            ("10_b.sql", ""),
            ("9_a.sql", ""),
            ("100_c.toml", ""),
            ("README.md", ""),
        ]);
        let names: Vec<_> = read(dir.path(), &FolderConfig::default())
            .unwrap()
            .into_iter()
            .map(|file| file.name)
            .collect();
        assert_eq!(names, ["9_a.sql", "10_b.sql", "100_c.toml"]);
    }

    #[test]
    fn all_problems_of_a_folder_are_told_at_once() {
        let dir = folder(&[
            ("people.sql", ""),
            ("20_a.sql", "-- db-fresh: olny dev\nSELECT 1;\n"),
            (
                "020_b.toml",
                "[[table]]\nname = \"t\"\nrows = [{ id = { uuid = 7 } }]\n",
            ),
            ("30_c.sql.bak", ""),
            ("40_d.toml", "table = 1\n"),
        ]);
        let error = read(dir.path(), &FolderConfig::default()).unwrap_err();
        let shown = render_all(&error.diagnostics(), Paint::Plain);
        insta::assert_snapshot!(shown.replace(&dir.path().display().to_string(), "seeds"));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = read(Path::new("/nonexistent/seeds"), &FolderConfig::default()).unwrap_err();
        assert_eq!(error.code(), "seed/no-folder");
        assert!(error.to_string().contains("/nonexistent/seeds"));
    }
}
