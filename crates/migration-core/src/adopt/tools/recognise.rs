//! Recognising a tool's ledger: by the table's name, kind and schema, and by its columns with their types. A name alone says
//! nothing, since applications have tables of such names too.
//!
//! A table that exists where our own ledger is to be made is recognised by its columns alone, whatever its name.

use super::{
    Tool,
    list::TOOLS,
    profile::{Further, Profile, Schema, Type},
};
use crate::LedgerTable;

/// A table that may be some tool's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) place: LedgerTable,
    columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    /// In `pg_type`.
    kind: String,
}

impl Candidate {
    /// A table with these columns, as [`column_list`] gives them.
    pub(crate) fn new(place: LedgerTable, columns: &str) -> Self {
        let columns = columns.split(',').map(|column| {
            let (name, kind) = column.rsplit_once(' ').unwrap_or((column, ""));
            Column {
                name: name.to_owned(),
                kind: kind.to_owned(),
            }
        });
        Self {
            place,
            columns: columns.collect(),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// The names of its columns.
    pub(crate) fn columns(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// The tools whose ledger it is, by name and columns.
    pub(crate) fn owners(&self) -> Vec<Tool> {
        self.among(|profile| self.is_named_as(profile) && self.has_columns_of(profile))
    }

    /// The tools whose ledger it may be under a name of somebody's choice: those that [`Candidate::owners`] has, or else by columns
    /// alone.
    pub(crate) fn possible_owners(&self) -> Vec<Tool> {
        let owners = self.owners();
        if owners.is_empty() {
            self.among(|profile| profile.schema == Schema::SearchPath && self.has_columns_of(profile))
        } else {
            owners
        }
    }

    /// Whether it can be read as this tool's ledger, where somebody says that it is: types and further columns do not matter.
    pub(crate) fn reads_as(&self, tool: Tool) -> bool {
        let profile = tool.profile();
        profile.columns.iter().all(|(name, _)| self.has(name))
            && !profile.lacks.iter().any(|name| self.has(name))
    }

    fn among(&self, fits: impl Fn(&Profile) -> bool) -> Vec<Tool> {
        let profiles = TOOLS.iter().filter(|profile| fits(profile));
        profiles.map(|profile| profile.tool).collect()
    }

    fn is_named_as(&self, profile: &Profile) -> bool {
        let schema = self.place.schema.as_str();
        let is_in_its_schema = match profile.schema {
            Schema::Only(only) => schema == only,
            Schema::SearchPath => !TOOLS
                .iter()
                .any(|other| matches!(other.schema, Schema::Only(only) if only == schema)),
        };
        is_in_its_schema && profile.tables.contains(&self.place.table.as_str())
    }

    fn has_columns_of(&self, profile: &Profile) -> bool {
        let has = |(name, kinds): &(&str, Type)| {
            let mut columns = self.columns.iter();
            columns.any(|column| column.name == *name && kinds.names().contains(&column.kind.as_str()))
        };
        let is_closed = profile.further == Further::Never;
        profile.columns.iter().all(has)
            && !profile.lacks.iter().any(|name| self.has(name))
            && (!is_closed || self.columns.len() == profile.columns.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(place: &str, columns: &str) -> Candidate {
        let (schema, table) = place.split_once('.').unwrap();
        let place = LedgerTable {
            schema: schema.into(),
            table: table.into(),
        };
        Candidate::new(place, columns)
    }

    #[test]
    fn tables_of_one_name_are_told_apart_by_their_columns() {
        for (place, columns, owners) in [
            (
                "public.schema_migrations",
                "version int8,dirty bool",
                &[Tool::GolangMigrate][..],
            ),
            ("public.schema_migrations", "version varchar", &[Tool::Dbmate]),
            (
                "public.schema_migrations",
                "id int4,filename text,applied_at timestamp,checksum text",
                &[Tool::Encore],
            ),
            (
                "supabase_migrations.schema_migrations",
                "version text,statements _text,name text",
                &[Tool::Supabase],
            ),
            (
                "supabase_migrations.schema_migrations",
                "version text,name text",
                &[Tool::Supabase],
            ),
            (
                "supabase_migrations.schema_migrations",
                "version text",
                &[Tool::Supabase],
            ),
            ("public.schema_version", "version int4", &[Tool::Tern]),
            (
                "public.schema_version",
                "installed_rank int4,version varchar,description varchar,type varchar,script varchar,checksum int4,success bool",
                &[Tool::Flyway],
            ),
            (
                "app.applied_migrations",
                "id text,applied_at timestamptz",
                &[Tool::Array],
            ),
        ] {
            assert_eq!(table(place, columns).owners(), owners, "{place} ({columns})");
        }
    }

    #[test]
    fn an_applications_own_table_is_no_ledger() {
        for (place, columns) in [
            // Ours, and one that our ledger had once.
            (
                "public.schema_migrations",
                "id int8,component text,filename text,checksum text,applied_at timestamptz",
            ),
            // Ecto's, ActiveRecord's metadata, and tables as people make them.
            ("public.schema_migrations", "version int8,inserted_at timestamp"),
            ("public.schema_migrations", "version int8"),
            ("public.schema_version", "version text"),
            ("public.schema_version", "version int8"),
            ("public.schema_version", "version int4,applied_at timestamptz"),
            ("public.schema_version", "id int4,version text,migration text"),
            (
                "public.applied_migrations",
                "id int8,person text,applied_at timestamptz",
            ),
            ("public.applied_migrations", "id text,applied_at text"),
            ("public.goose_db_version", "id int4"),
            ("public.flyway_schema_history", "version varchar,checksum int4"),
            ("public._prisma_migrations", "id text"),
            // Another tool's columns under a name that is not its own.
            ("public.bot_config", "version int4"),
            ("public.versions", "version int8,dirty bool"),
            // Supabase keeps its ledger in its own schema only.
            (
                "public.schema_migrations",
                "version text,statements _text,name text",
            ),
        ] {
            assert_eq!(table(place, columns).owners(), [], "{place} ({columns})");
        }
    }

    #[test]
    fn a_table_in_the_place_of_ours_is_told_by_its_columns_whatever_its_name() {
        for (columns, owners) in [
            ("version int4", &[Tool::Tern][..]),
            ("version int8,dirty bool", &[Tool::GolangMigrate]),
            (
                "id text,filename text,checksum text,applied_at timestamp",
                &[Tool::Encore, Tool::Array],
            ),
            ("a int4,b int4", &[]),
        ] {
            assert_eq!(
                table("ops.migrations", columns).possible_owners(),
                owners,
                "{columns}"
            );
        }
        let named = table(
            "ops.schema_migrations",
            "id text,filename text,checksum text,applied_at timestamp",
        );
        assert_eq!(
            named.possible_owners(),
            [Tool::Encore],
            "a name decides between them"
        );
    }
}
