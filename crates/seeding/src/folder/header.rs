//! The comments of a seed file, and the directives in them.
//!
//! - `DEV/TEST ONLY`, `db-fresh: only dev,test`: where the file may run
//! - `db-fresh: any-environment`: it is no development data and may run in a protected environment
//! - `db-fresh: email-hash ada = ada at example.org`: the pseudonym of that address is the setting
//!   `seed.email_hash.ada` while the file runs (SQL files only)

use db_fresh_sql_lexer::{CommentPosition, Remark, canonical_environment, remark};

use super::{
    comments::{Comment, comments},
    ending::Ending,
};

/// As much of a line as a message repeats.
const SHOWN: usize = 60;

/// So many of one file are enough to see what is wrong with it.
const MOST: usize = 100;

/// The pseudonym of an address, under a name that SQL can read it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EmailHash {
    pub(crate) name: String,
    pub(crate) local: String,
    pub(crate) domain: String,
}

/// What a file is made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Data {
    /// For development and test; a protected environment never gets it.
    #[default]
    Development,
    /// For every environment.
    AnyEnvironment,
}

/// What the head of a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// Environments in which the file runs; empty: in all of them.
    pub(crate) only: Vec<String>,
    pub(crate) data: Data,
    pub(crate) email_hashes: Vec<EmailHash>,
}

/// A comment that cannot be understood or stands where nothing reads it: its byte offset, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadDirective {
    pub(crate) offset: usize,
    pub(crate) what: String,
}

impl Header {
    /// Reads the comments before the first statement or row. Directives after that are wrong, and so is what is nearly one.
    pub(super) fn parse(text: &str, ending: Ending) -> (Self, Vec<BadDirective>) {
        let (mut header, mut bad) = (Self::default(), Vec::new());
        for comment in comments(text, ending) {
            let Some(said) = remark(&comment.text) else {
                continue;
            };
            if bad.len() == MOST {
                break;
            }
            let taken = header
                .take(said, &comment, ending)
                .and_then(|()| header.is_one_or_the_other());
            if let Err(what) = taken {
                let offset = comment.start;
                bad.push(BadDirective { offset, what });
            }
        }
        (header, bad)
    }

    /// Whether the file may run there.
    pub(crate) fn runs_in(&self, environment: &str) -> bool {
        self.only.is_empty() || self.only.contains(&canonical_environment(environment))
    }

    /// What runs in some environments alone is not for any environment.
    fn is_one_or_the_other(&mut self) -> Result<(), String> {
        if self.data == Data::AnyEnvironment && !self.only.is_empty() {
            self.data = Data::Development;
            return Err(
                "the file says `any-environment`, and in which environments alone it runs".to_owned(),
            );
        }
        Ok(())
    }

    fn take(&mut self, said: Remark, comment: &Comment, ending: Ending) -> Result<(), String> {
        let shown = || shown(&comment.text);
        match (said, comment.position) {
            // Within a row or statement it is most likely about a part of that.
            (Remark::Near { .. }, CommentPosition::Inside) => Ok(()),
            (Remark::Near { nearest }, _) => Err(format!(
                "`{}` is nearly a directive, and nothing reads it; did you mean `{} {nearest}`?",
                shown(),
                ending.comment_sign()
            )),
            (Remark::Only(names), CommentPosition::Leading) => self.limit(names),
            (Remark::Directive { name, value }, CommentPosition::Leading) => self.directive(&name, &value),
            (Remark::Only(_) | Remark::Directive { .. }, _) => Err(format!(
                "`{}` stands after the first statement or row, where it means nothing",
                shown()
            )),
        }
    }

    /// Two markers in one file both hold.
    fn limit(&mut self, mut names: Vec<String>) -> Result<(), String> {
        if !self.only.is_empty() {
            names.retain(|name| self.only.contains(name));
        }
        if names.is_empty() {
            return Err("no environment is in both of the lists of the file".to_owned());
        }
        self.only = names;
        Ok(())
    }

    fn directive(&mut self, name: &str, value: &str) -> Result<(), String> {
        match (name, value) {
            ("any-environment", "") => self.data = Data::AnyEnvironment,
            ("email-hash", declaration) => self.email_hashes.push(declared(declaration)?),
            _ => {
                return Err("this directive is not one of `only dev,test`, `any-environment` and `email-hash NAME = LOCAL at DOMAIN`".to_owned());
            }
        }
        Ok(())
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn declared(declaration: &str) -> Result<EmailHash, String> {
    let parts = declaration
        .split_once('=')
        .and_then(|(name, address)| Some((name.trim(), address.trim().split_once(" at ")?)));
    let Some((name, (local, domain))) = parts else {
        return Err("an e-mail hash is declared as `email-hash NAME = LOCAL at DOMAIN`".to_owned());
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(plain) {
        return Err("the name of an e-mail hash is made of a-z, 0-9 and _, a letter first".to_owned());
    }
    let (local, domain) = (local.trim(), domain.trim());
    if local.is_empty() || domain.is_empty() {
        return Err("an e-mail hash needs both parts of the address".to_owned());
    }
    Ok(EmailHash {
        name: name.to_owned(),
        local: local.to_owned(),
        domain: domain.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str, ending: Ending) -> Vec<String> {
        let (header, bad) = Header::parse(text, ending);
        assert!(bad.is_empty(), "{text}: {bad:?}");
        header.only
    }

    #[test]
    fn directives_are_read_before_the_first_statement() {
        let text = "-- People.\n-- db-fresh: only dev, staging\n\n-- db-fresh: email-hash ada = Ada.l at example.org\nSELECT 1;\n";
        let (header, bad) = Header::parse(text, Ending::Sql);
        assert!(bad.is_empty());
        assert_eq!(header.only, ["dev", "staging"]);
        assert_eq!(header.email_hashes[0].local, "Ada.l");
        assert!(header.runs_in("development") && !header.runs_in("production"));
    }

    #[test]
    fn a_marker_keeps_a_file_out_of_everything_else_in_every_kind_of_comment() {
        for (text, ending) in [
            ("-- DEV/TEST ONLY: clears markers\n", Ending::Sql),
            ("# dev/test only\n", Ending::Sql),
            ("## DEV/TEST ONLY ##\nSELECT 1;", Ending::Sql),
            ("/* DEV/TEST ONLY */\nSELECT 1;", Ending::Sql),
            ("/*****\n * DEV / TEST  ONLY\n *****/\nSELECT 1;", Ending::Sql),
            ("BEGIN;\n-- DEV/TEST ONLY\nSELECT 1;", Ending::Sql),
            ("SET a.b = 'c'; -- DEV/TEST ONLY\nSELECT 1;", Ending::Sql),
            ("# dev/test only\n", Ending::Toml),
            ("### DEV/TEST ONLY ###\r\n[[table]]\r\n", Ending::Toml),
            (
                "epoch = 2026-01-01T00:00:00Z\n# DEV/TEST ONLY\n[[table]]\n",
                Ending::Toml,
            ),
            ("epoch = 2026-01-01T00:00:00Z # DEV/TEST ONLY\n", Ending::Toml),
            ("# People\n# DEV/TEST ONLY\nid,name\n1,a\n", Ending::Csv),
        ] {
            assert_eq!(only(text, ending), ["dev", "test"], "{text}");
        }
        let (header, _) = Header::parse("-- DEV/TEST ONLY", Ending::Sql);
        assert!(header.runs_in("dev") && header.runs_in("ci"));
        assert!(!header.runs_in("staging") && !header.runs_in("production"));
    }

    #[test]
    fn what_is_nearly_a_marker_or_out_of_place_is_wrong() {
        for (text, ending) in [
            ("-- DEV ONLY\nSELECT 1;", Ending::Sql),
            ("## dev-only\nSELECT 1;", Ending::Sql),
            ("/* db_fresh: only dev */ SELECT 1;", Ending::Sql),
            ("INSERT INTO t VALUES (1); -- DEV/TEST ONLY", Ending::Sql),
            ("INSERT INTO t VALUES (1);\n-- db-fresh: only dev\n", Ending::Sql),
            ("SELECT 1;\n-- db-fresh: any-environment\n", Ending::Sql),
            ("-- db-fresh: any environment\nSELECT 1;", Ending::Sql),
            ("-- DEV/TEST ONLY\n-- db-fresh: only staging\n", Ending::Sql),
            ("# DEV-TEST-ONLY\n", Ending::Toml),
            ("[[table]]\n# DEV/TEST ONLY\nname = \"t\"\n", Ending::Toml),
            ("[[table]] # DEV/TEST ONLY\n", Ending::Toml),
            ("# DEV ONLY\nid\n1\n", Ending::Csv),
            ("-- DEV/TEST ONLY\nid\n1\n", Ending::Csv),
            ("id\n# DEV/TEST ONLY\n1\n", Ending::Csv),
        ] {
            let (_, bad) = Header::parse(text, ending);
            assert_eq!(bad.len(), 1, "{text}: {bad:?}");
        }
        for text in [
            "-- test only the first row\nSELECT 1;",
            "SELECT '-- DEV/TEST ONLY';",
        ] {
            assert!(only(text, Ending::Sql).is_empty());
        }
    }

    #[test]
    fn a_file_is_for_any_environment_or_for_some() {
        for text in [
            "-- DEV/TEST ONLY\n-- db-fresh: any-environment\n",
            "-- db-fresh: any-environment\n-- db-fresh: only staging\n",
        ] {
            let (header, bad) = Header::parse(text, Ending::Sql);
            assert_eq!((bad.len(), header.data), (1, Data::Development), "{text}");
        }
        let (header, bad) = Header::parse("-- db-fresh: any-environment\nSELECT 1;\n", Ending::Sql);
        assert_eq!((bad.len(), header.data), (0, Data::AnyEnvironment));
    }

    #[test]
    fn every_bad_directive_is_told() {
        let text = "-- db-fresh: oly dev\n-- db-fresh: email-hash Ada = ada at example.org\n-- db-fresh: email-hash ada = ada\n-- db-fresh: only ,\n";
        let (_, bad) = Header::parse(text, Ending::Sql);
        assert_eq!(bad.len(), 4);
        assert_eq!(bad[1].offset, text.find("db-fresh: email").unwrap());
    }
}
