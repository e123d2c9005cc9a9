//! The note that is kept with a step outside a transaction: names of indexes, as the ledger holds them.

/// Begins a note, so that one of a table without indexes is told from no note. No index is called that.
const NOTED: &str = "-";

/// Begins what is left of the statement, which no index is called either: its file may be another one when somebody gives it up.
const STATEMENT: char = '=';

/// The note with these names, each quoted where SQL wants that, and the beginning of the statement.
pub(super) fn note_of(names: Vec<String>, statement: &str) -> String {
    let mut note = vec![NOTED.to_owned()];
    note.extend(names);
    note.push(format!("{STATEMENT}{statement}"));
    note.join(",")
}

/// The beginning of the statement. Earlier versions did not note it.
pub(super) fn statement_in(note: &str) -> Option<String> {
    let all = names_in(note).into_iter();
    all.filter_map(|one| one.strip_prefix(STATEMENT).map(str::to_owned))
        .next()
}

/// The names in a note. A comma within quotes belongs to a name.
pub(super) fn names_in(note: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut is_quoted = false;
    for sign in note.chars() {
        is_quoted ^= sign == '"';
        match names.last_mut() {
            Some(name) if sign != ',' || is_quoted => name.push(sign),
            _ => names.push(String::new()),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_commas_and_quotes() {
        for names in [
            vec![],
            vec!["a_idx", "s.b"],
            vec!["\"a,b\"", "\"c\"\",d\".e", "f"],
        ] {
            let names: Vec<_> = names.into_iter().map(str::to_owned).collect();
            let statement = "CREATE INDEX CONCURRENTLY \"a,b\" ON \"c,d\"";
            let note = note_of(names.clone(), statement);
            assert_eq!(names_in(&note)[1..=names.len()], names, "{note}");
            assert_eq!(statement_in(&note).as_deref(), Some(statement));
            assert_eq!(statement_in("-,a,b"), None);
        }
    }
}
