//! What a statement needs and an earlier migration made in its session, which is over.

use super::{sql_failure::SqlCause, subject::Subject};
use crate::{Direction, Script, lex::WordReader};

/// In how many bytes of a statement its name stands.
const BEGINNING: usize = 200;

/// What an earlier migration of the same component made or set in its session, where that is what is missing.
pub(crate) fn cause(message: &str, subject: &Subject<'_>) -> Option<SqlCause> {
    if subject.aftermath.direction == Direction::Down {
        return None;
    }
    let name = message.split('"').nth(1)?;
    let set = subject
        .sets
        .iter()
        .find(|set| set.component == subject.component)?;
    let before = set
        .items
        .iter()
        .take_while(|item| item.filename != subject.file());
    let before: Vec<&Script> = before.map(|item| &item.up).collect();
    let find = |is_it: &dyn Fn(&str) -> Option<String>| {
        before.iter().rev().find_map(|script| {
            script.statements.iter().find_map(|statement| {
                let what = is_it(&script.sql[statement.start..statement.end])?;
                let place = script.place(statement.start);
                Some(SqlCause::LeftInSession { what, place })
            })
        })
    };
    find(&|sql| made(sql, name)).or_else(|| find(&|sql| searches(sql)))
}

/// The temporary object or prepared statement of this name that a statement makes.
fn made(sql: &str, name: &str) -> Option<String> {
    let mut words = WordReader::new(&sql[..sql.floor_char_boundary(BEGINNING)]);
    let what = if words.take(&["prepare"]) {
        "the prepared statement"
    } else if words.take(&["declare"]) {
        "the cursor"
    } else if words.take(&["create"]) {
        words.take(&["or", "replace"]);
        let _ = words.take(&["global"]) || words.take(&["local"]);
        if !words.take(&["temp"]) && !words.take(&["temporary"]) {
            return None;
        }
        let _ = words.take(&["table"]) || words.take(&["view"]) || words.take(&["sequence"]);
        words.take(&["if", "not", "exists"]);
        "the temporary object"
    } else {
        return None;
    };
    let made = words.name()?;
    let plain = made.rsplit('.').next()?.trim_matches('"');
    plain
        .eq_ignore_ascii_case(name)
        .then(|| format!("{what} `{name}`"))
}

/// The search path, where a statement sets it beyond its transaction.
fn searches(sql: &str) -> Option<String> {
    let mut words = WordReader::new(&sql[..sql.floor_char_boundary(BEGINNING)]);
    if !words.take(&["set"]) {
        return None;
    }
    words.take(&["session"]);
    words.take(&["search_path"]).then(|| "a search path".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_in_a_session_is_found_by_its_name() {
        let temporary = Some("the temporary object `helper`".to_owned());
        assert_eq!(made("CREATE TEMP TABLE helper AS SELECT 1", "helper"), temporary);
        assert_eq!(
            made(
                "create local temporary table if not exists \"helper\" (id int)",
                "helper"
            ),
            temporary
        );
        assert_eq!(made("CREATE TABLE helper (id int)", "helper"), None);
        assert_eq!(
            made("PREPARE fill AS SELECT 1", "fill"),
            Some("the prepared statement `fill`".to_owned())
        );
        assert!(searches("SET search_path TO app").is_some());
        assert!(searches("SET LOCAL search_path TO app").is_none());
    }
}
