//! Which texts may change the session beyond their end, told by their words. It errs on the safe side: a look at the session costs little.
//!
//! Out of scope: statements that a routine puts together from pieces of words, and routines of extensions.

use std::collections::BTreeSet;

use db_fresh_sql_lexer::{Token, TokenKind, WordReader, tokens};
use migration_core::Script;

/// What a script may do to the session, by its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scanned {
    /// It may set something when it runs.
    pub(super) sets: bool,
    /// The routines that it makes and that may set something when they are called.
    pub(super) defines: BTreeSet<String>,
    /// It makes an event trigger: whatever it calls, plain DDL calls from then on.
    pub(super) listens: bool,
    /// Settings with a dot in their name that it sets or asks for.
    pub(super) own_settings: BTreeSet<String>,
}

/// What the words of a text say.
#[derive(Debug, Default)]
struct Words {
    sets: bool,
    own_settings: BTreeSet<String>,
}

/// How deep texts in texts are read: a body, a statement in it, a text in that.
const DEPTH: usize = 4;

pub(super) fn scan(script: &Script) -> Scanned {
    of_statements(statements(script))
}

/// The statements of a script.
pub(super) fn statements(script: &Script) -> impl Iterator<Item = &str> {
    let statements = script.statements.iter();
    statements.map(|statement| &script.sql[statement.start..statement.end])
}

pub(super) fn of_statements<'s>(statements: impl Iterator<Item = &'s str>) -> Scanned {
    let mut found = Scanned::default();
    for statement in statements {
        let mut words = Words::default();
        read(statement, 0, &mut words);
        found.own_settings.append(&mut words.own_settings);
        match Does::of(statement) {
            // A temporary routine is itself something that is left.
            Does::MakeRoutine { schema, .. } if schema == "pg_temp" => found.sets = true,
            Does::MakeRoutine { name, .. } if words.sets => drop(found.defines.insert(name)),
            Does::MakeRoutine { .. } => {}
            Does::MakeEventTrigger => found.listens = true,
            Does::Make | Does::Rest | Does::Run => found.sets |= words.sets,
        }
    }
    found
}

/// What a statement does, by its first words.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Does {
    MakeRoutine {
        schema: String,
        name: String,
    },
    MakeEventTrigger,
    /// Something that may call a routine later, such as a trigger.
    Make,
    /// Nothing that calls a routine.
    Rest,
    /// What may call a routine now.
    Run,
}

impl Does {
    pub(super) fn of(statement: &str) -> Self {
        let mut words = WordReader::new(&statement[..statement.floor_char_boundary(400)]);
        if words.take(&["create"]) {
            words.take(&["or", "replace"]);
            if words.take(&["event", "trigger"]) {
                return Self::MakeEventTrigger;
            }
            if !words.take(&["function"]) && !words.take(&["procedure"]) {
                return Self::Make;
            }
            let name = words
                .name()
                .unwrap_or_default()
                .replace('"', "")
                .to_ascii_lowercase();
            let (schema, name) = name.rsplit_once('.').unwrap_or(("", &name));
            return Self::MakeRoutine {
                schema: schema.to_owned(),
                name: name.to_owned(),
            };
        }
        if words.take(&["alter"]) {
            return Self::Make;
        }
        let of_rest = ["drop", "comment", "grant", "revoke"];
        if of_rest.iter().any(|word| words.take(&[word])) {
            return Self::Rest;
        }
        Self::Run
    }
}

fn read(text: &str, depth: usize, found: &mut Words) {
    let meaningful: Vec<Token> = tokens(text).filter(|token| !token.is_trivia()).collect();
    let word = |place: Option<usize>| {
        let token = place.and_then(|place| meaningful.get(place));
        let token = token.filter(|token| token.kind == TokenKind::Word);
        token.map_or("", |token| &text[token.start..token.end])
    };
    for (place, token) in meaningful.iter().enumerate() {
        match token.kind {
            TokenKind::Text if depth < DEPTH => {
                let inner = inner(&text[token.start..token.end]);
                let called = word(place.checked_sub(2));
                if is_one_of(called, &["set_config", "current_setting"]) && inner.contains('.') {
                    found.own_settings.insert(inner.to_ascii_lowercase());
                }
                read(inner, depth + 1, found);
            }
            TokenKind::Word => {
                let before = word(place.checked_sub(1));
                // Alone such a word is somebody's text; what follows may also be put behind it.
                let is_alone = place + 1 == meaningful.len() && !text.ends_with([' ', '\n']);
                let begins = !is_alone
                    && (place == 0
                        || meaningful[place - 1].kind == TokenKind::Semicolon
                        || is_one_of(before, &["begin", "then", "else", "loop", "do", "atomic"]));
                let this = word(Some(place));
                if begins && this.eq_ignore_ascii_case("set") {
                    found
                        .own_settings
                        .extend(own_setting(text, &meaningful[place + 1..]));
                }
                found.sets |= sets(this, before, word(Some(place + 1)), begins);
            }
            _ => {}
        }
    }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| word.eq_ignore_ascii_case(other))
}

/// The name behind a `SET`, where it has a dot.
fn own_setting(text: &str, behind: &[Token]) -> Option<String> {
    let words = behind.iter().map(|token| &text[token.start..token.end]);
    let mut words = words.skip_while(|word| word.eq_ignore_ascii_case("session"));
    let (first, dot, second) = (words.next()?, words.next()?, words.next()?);
    (dot == ".").then(|| format!("{first}.{second}").to_ascii_lowercase())
}

/// Whether a word says that something is set, with the one before and the one behind it.
fn sets(this: &str, before: &str, next: &str, begins: bool) -> bool {
    if is_one_of(this, &["set_config", "pg_temp"]) {
        return true;
    }
    if is_one_of(this, &["temp", "temporary"]) {
        return is_one_of(before, &["create", "local", "global", "into", "replace"]);
    }
    if is_one_of(this, &["hold"]) {
        return is_one_of(before, &["with"]);
    }
    if is_one_of(this, &["set"]) {
        return begins && !is_one_of(next, &["local", "constraints", "transaction"]);
    }
    if is_one_of(this, &["prepare"]) {
        return begins && !is_one_of(next, &["transaction"]);
    }
    if is_one_of(this, &["alter"]) {
        // A new session has what is set for the database or the role, and this one does not.
        return begins && is_one_of(next, &["database", "role", "user"]);
    }
    begins && is_one_of(this, &["load", "reset", "discard"])
}

/// A text without its quotes.
fn inner(text: &str) -> &str {
    if let Some(behind) = text.strip_prefix('$') {
        let tag = behind.find('$').map_or(0, |end| end + 2);
        return text.get(tag..text.len().saturating_sub(tag)).unwrap_or_default();
    }
    let begin = text.find('\'').map_or(0, |at| at + 1);
    text[begin..].strip_suffix('\'').unwrap_or(&text[begin..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(sql: &str) -> Scanned {
        let statements = migration_core::split_statements(sql);
        of_statements(statements.into_iter().map(|range| &sql[range]))
    }

    #[test]
    fn what_sets_something_is_seen() {
        for sql in [
            "SET search_path = app, public",
            "set session timezone to 'UTC'",
            "SET a.b = 'c'",
            "RESET search_path",
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "CREATE TEMP TABLE t (id int)",
            "create local temporary table t (id int)",
            "SELECT 1 INTO TEMP t",
            "CREATE TABLE pg_temp.t (id int)",
            "PREPARE q AS SELECT 1",
            "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
            "DISCARD ALL",
            "LOAD 'x'",
            "SET ROLE app",
            "SET SESSION AUTHORIZATION app",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "DO $$ BEGIN SET search_path = app; END $$",
            "DO $$ BEGIN IF true THEN SET search_path = app; END IF; END $$",
            "DO $$ BEGIN EXECUTE 'SET search_path = app'; END $$",
            "DO $$ BEGIN EXECUTE 'SET ' || 'search_path = app'; END $$",
            "DO $x$ BEGIN EXECUTE format('SET %I = 1', 'a'); END $x$",
            "DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$",
            "DO $$ BEGIN CREATE TEMP TABLE t (id int); END $$",
            "ALTER ROLE CURRENT_USER SET datestyle = 'SQL, DMY'",
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = app', current_database()); END $$",
        ] {
            assert!(scanned(sql).sets, "{sql}");
        }
    }

    #[test]
    fn what_sets_nothing_is_left_alone() {
        for sql in [
            "UPDATE t SET a = 1",
            "INSERT INTO t VALUES ('reset', 'set', 'load')",
            "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1",
            "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
            "SET LOCAL search_path = app",
            "SET CONSTRAINTS ALL DEFERRED",
            "DO $$ BEGIN UPDATE t SET a = 1; END $$",
            "ALTER TABLE t ADD COLUMN prepare bool",
            "CREATE TABLE t (hold int, temporary bool)",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = '' AS $$ SELECT 1 $$",
        ] {
            assert_eq!(scanned(sql), Scanned::default(), "{sql}");
        }
    }

    #[test]
    fn a_routine_sets_something_when_it_is_called() {
        let sql = "CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('a.b', '', false); END $$";
        let found = scanned(sql);
        assert!(found.defines.contains("f") && !found.sets);
        let temporary = scanned("CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$");
        assert!(temporary.defines.is_empty() && temporary.sets);
    }

    #[test]
    fn settings_of_the_projects_own_are_named() {
        for sql in [
            "SET app.tenant = 'a'",
            "SET SESSION App.Tenant TO 'a'",
            "SELECT set_config('app.tenant', 'a', false)",
            "INSERT INTO t SELECT current_setting('app.tenant', true)",
            "DO $$ BEGIN PERFORM set_config('app.tenant', 'a', false); END $$",
        ] {
            let own: Vec<_> = scanned(sql).own_settings.into_iter().collect();
            assert_eq!(own, ["app.tenant"], "{sql}");
        }
    }
}
