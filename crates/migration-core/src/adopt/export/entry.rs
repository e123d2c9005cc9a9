//! Our ledger in the words of another tool: the table as it makes it, and a row for each migration.
//!
//! Left out on purpose: runners that hash or name things in a way of their own, which only they can write.

use std::mem;

use crate::{
    Migration, Migrations, Tool, Version,
    adopt::{
        checksums::{self, Width},
        tools::Keeps,
    },
};

/// What a row of the other ledger has to say, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) checksum: String,
    /// The statements, where the tool keeps those.
    pub(crate) statements: Vec<String>,
}

/// Why this tool's ledger cannot say what ours says about this folder.
pub(crate) fn refuses(set: &Migrations, tool: Tool, applied: &[&str], width: Width) -> Option<String> {
    let Some(format) = tool.format() else {
        return Some("it names and hashes files in a way of its own".into());
    };
    if set.format != format {
        return Some(format!(
            "the folder is one of {}, which {tool} would not read",
            set.format
        ));
    }
    if tool.profile().keeps == Keeps::Mark {
        let is_applied = |migration: &&Migration| applied.contains(&migration.filename.as_str());
        let last = set.items.iter().rposition(|migration| is_applied(&migration))?;
        let gap = set.items[..last]
            .iter()
            .find(|migration| !is_applied(migration))?;
        return Some(format!(
            "it only says how far it came, and `{}` is not applied while a later one is",
            gap.filename
        ));
    }
    let narrow = set.items.iter().find(|migration| {
        applied.contains(&migration.filename.as_str()) && entry(migration, tool, width).is_none()
    });
    narrow.map(|migration| format!("it cannot keep the version of `{}`", migration.filename))
}

/// The row of a migration; none where the tool cannot keep its version.
pub(crate) fn entry(migration: &Migration, tool: Tool, width: Width) -> Option<Entry> {
    let whole = |text: &str| text.parse::<i64>().ok().map(|number| number.to_string());
    let version = migration.version.to_string();
    let version = match tool {
        Tool::Sqlx | Tool::Goose | Tool::GolangMigrate => whole(&version)?,
        Tool::Refinery if width == Width::Eight => whole(&version)?,
        Tool::Refinery | Tool::Tern => version.parse::<i32>().ok()?.to_string(),
        Tool::Flyway if matches!(migration.version, Version::Repeatable(_)) => String::new(),
        _ => version,
    };
    let checksum = match tool {
        Tool::Sqlx => checksums::sqlx_sum(&migration.up),
        Tool::Flyway => checksums::flyway_sum(migration),
        Tool::Refinery => checksums::refinery_sum(migration, width)?,
        Tool::Prisma => checksums::prisma_sum(&migration.up),
        _ => String::new(),
    };
    let name = match tool {
        Tool::Sqlx | Tool::Flyway => migration.description.replace('_', " "),
        Tool::Prisma | Tool::SqlMigrate => migration.filename.clone(),
        Tool::NodePgMigrate => migration.filename.trim_end_matches(".sql").to_owned(),
        _ => migration.description.clone(),
    };
    let statements = match tool {
        Tool::Supabase => statements(migration),
        _ => Vec::new(),
    };
    Some(Entry {
        version,
        name,
        checksum,
        statements,
    })
}

/// The statements as Supabase keeps them: each with the comments before it, and what stands behind the last as one more.
fn statements(migration: &Migration) -> Vec<String> {
    let text = &migration.up.text;
    let mut ends: Vec<_> = crate::lex::split(text).iter().map(|one| one.end).collect();
    ends.push(text.len());
    let mut start = 0;
    let parts = ends
        .into_iter()
        .map(|end| &text[mem::replace(&mut start, end)..end]);
    parts
        .map(|part| {
            part.trim_start_matches(|c: char| c == ';' || c.is_whitespace())
                .trim_end()
        })
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FolderConfig, Format};

    #[test]
    fn statements_are_those_that_supabase_would_have_kept() {
        let text = "-- the first\nCREATE TABLE one (id bigint PRIMARY KEY, note text DEFAULT 'a;b'); -- trailing\r\n\
                    CREATE INDEX one_note ON one (note);;\n/* between */\nCREATE FUNCTION g() RETURNS int LANGUAGE sql \
                    BEGIN ATOMIC SELECT 1; SELECT 2; END;\n-- the end\n";
        let files = [("20260101000000_one.sql".into(), text.into())];
        let set =
            Migrations::from_files("app", files, Some(Format::Supabase), &FolderConfig::default()).unwrap();
        // As Supabase's command line 3.1 itself kept them of this file.
        let kept = [
            "-- the first\nCREATE TABLE one (id bigint PRIMARY KEY, note text DEFAULT 'a;b')",
            "-- trailing\r\nCREATE INDEX one_note ON one (note)",
            "/* between */\nCREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
            "-- the end",
        ];
        assert_eq!(statements(&set.items[0]), kept);
        let written = kept.join(";\n");
        assert_eq!(
            checksums::supabase(&set.items[0].up, &written),
            Some(crate::Check::Exact)
        );
    }
}
