//! A query of a consumer, and the places in it.

use std::sync::Arc;

use db_fresh_sql_lexer::{blanks, tokens};
use diagnostic::Place;

use super::described::Described;

/// A query of a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The file it stands in.
    pub file: String,
    /// The whole text of that file, where the query is a part of it; all queries of a file share it.
    pub text: Arc<str>,
    /// Where in that text the query starts, in bytes; `None` where the text is not SQL.
    pub offset: Option<usize>,
    /// The query.
    pub sql: String,
    /// What it was compiled against, where that was recorded.
    pub described: Option<Described>,
}

impl Query {
    /// A place in the query, `offset` bytes from its start.
    pub(super) fn place(&self, offset: usize) -> Place {
        match self.offset {
            Some(start) => {
                let offset = start + offset;
                Place::at_byte_without(&self.file, &self.text, offset, &blanks(&self.text, offset))
            }
            None => {
                let blanks = blanks(&self.sql, offset);
                let mut place = Place::at_byte_without(&self.file, &self.sql, offset, &blanks);
                // Line and column are those of the query, which stands on one line of the JSON.
                place.line = Some(1);
                place
            }
        }
    }

    /// Where its first word stands, behind comments.
    pub(super) fn begin(&self) -> Place {
        let first = tokens(&self.sql).find(|token| !token.is_trivia());
        self.place(first.map_or(0, |token| token.start))
    }

    /// Example values from comments such as `-- $1 = 'happy'`, as SQL, for the parameters that have one. A text has as many
    /// parameters as the server says.
    pub(super) fn examples(&self, parameters: usize) -> Vec<Option<String>> {
        let mut out = vec![None; parameters];
        let comments = self
            .sql
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("-- $"));
        for comment in comments {
            if let Some((number, value)) = comment.split_once(" = ")
                && let Some(slot) = number
                    .parse::<usize>()
                    .ok()
                    .and_then(|n| out.get_mut(n.checked_sub(1)?))
            {
                *slot = Some(value.trim().to_owned());
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sql: &str) -> Query {
        Query {
            file: "a.sql".into(),
            text: sql.into(),
            offset: Some(0),
            sql: sql.into(),
            described: None,
        }
    }

    #[test]
    fn examples_are_found_for_the_parameters_that_there_are() {
        let query = query("-- $2 = 'a'\n-- $3 = 7\n-- $0 = 1\nSELECT $1, $2, '$12'");
        assert_eq!(query.examples(2), [None, Some("'a'".to_owned())]);
        assert_eq!(query.examples(0), []);
    }

    #[test]
    fn a_query_begins_behind_its_comments() {
        let place = query("-- a\n/* b */\n  SELECT 1").begin();
        assert_eq!((place.line, place.column), (Some(3), Some(3)));
    }
}
