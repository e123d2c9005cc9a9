//! Supabase: `<timestamp>_<name>.sql` in `supabase/migrations`, in the order of the file names.
//!
//! Two files may have the same timestamp, and a file with another name is passed over aloud, both as Supabase has it.
//!
//! Left out on purpose: seeds and roles, which lie elsewhere.

use super::direction::undoes;
use crate::{
    Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        skipped::Skipped,
        source::RawFile,
    },
};

/// Up to this time stamp, a first file named `init` is a dump that older versions made and newer ones leave out.
const LAST_INIT: u64 = 20_211_209_000_000;

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    let mut migrations = Vec::new();
    for (index, file) in reader.sql_at_top().into_iter().enumerate() {
        if index == 0 && is_old_init(file.name()) {
            skip(
                reader,
                file,
                "a first `init` this old is left out; give it another name to run it",
            );
            continue;
        }
        match name(file) {
            Some(_) if undoes(file.name()) => reader.refuse_down(file),
            Some(name) => {
                if let Some(source) = reader.source(file) {
                    migrations.push(reader.migration(name, Draft::whole(&source), None));
                }
            }
            None => skip(
                reader,
                file,
                "Supabase takes only files named `TIMESTAMP_name.sql`",
            ),
        }
    }
    migrations
}

fn skip(reader: &mut Reader<'_>, file: &RawFile, why: &str) {
    reader.skipped.push(Skipped {
        file: reader.shown(file),
        why: why.to_owned(),
    });
}

fn name(file: &RawFile) -> Option<Name> {
    let (version, description) = file.name().strip_suffix(".sql")?.split_once('_')?;
    let digits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Name {
        version: Version::Text(version.to_owned()),
        filename: file.name().to_owned(),
        description: description.to_owned(),
    })
}

fn is_old_init(name: &str) -> bool {
    let stamp = name.strip_suffix("_init.sql").filter(|stamp| stamp.len() == 14);
    stamp
        .and_then(|stamp| stamp.parse::<u64>().ok())
        .is_some_and(|stamp| stamp < LAST_INIT)
}

#[cfg(test)]
mod tests {
    use crate::{Format, folder::tests::read};

    fn names(files: &[&str]) -> (Vec<String>, Vec<String>) {
        let files: Vec<_> = files.iter().map(|name| (*name, "SELECT 1;")).collect();
        let read = read(Format::Supabase, &files).unwrap();
        (
            read.items.iter().map(|item| item.filename.clone()).collect(),
            read.skipped
                .iter()
                .map(|skipped| skipped.file.display().to_string())
                .collect(),
        )
    }

    #[test]
    fn the_names_order_as_text_and_time_stamps_may_repeat() {
        let (run, skipped) = names(&[
            "20250114_b.sql",
            "20250114_a.sql",
            "1761272291_c.sql",
            "20250114000000_d.sql",
        ]);
        assert_eq!(
            run,
            [
                "1761272291_c.sql",
                "20250114000000_d.sql",
                "20250114_a.sql",
                "20250114_b.sql"
            ]
        );
        assert!(skipped.is_empty());
    }

    #[test]
    fn other_names_and_folders_below_are_passed_over_aloud() {
        let (run, skipped) = names(&[
            "1_a.sql",
            "APPLY_THIS.sql",
            "20260419100001b_c.sql",
            "_archive/1_x.sql",
        ]);
        assert_eq!(run, ["1_a.sql"]);
        assert_eq!(skipped, ["_archive", "20260419100001b_c.sql", "APPLY_THIS.sql"]);
    }

    #[test]
    fn an_old_first_init_is_left_out() {
        let (run, skipped) = names(&["20211208000000_init.sql", "20220101000000_a.sql"]);
        assert_eq!(run, ["20220101000000_a.sql"]);
        assert_eq!(skipped, ["20211208000000_init.sql"]);
        let (run, _) = names(&["20211209000000_init.sql", "20220101000000_a.sql"]);
        assert_eq!(run.len(), 2, "newer ones run");
        let (run, _) = names(&["20210101000000_a.sql", "20210102000000_init.sql"]);
        assert_eq!(run.len(), 2, "only the first file is left out");
    }
}
