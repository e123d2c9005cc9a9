//! The comment block at the head of a seed file, and the directives in it.
//!
//! - `DEV/TEST ONLY`, `db-fresh: only dev,test`: where the file may run
//! - `db-fresh: email-hash ada = ada at example.org`: the pseudonym of that address is the setting
//!   `seed.email_hash.ada` while the file runs (SQL files only)

/// The pseudonym of an address, under a name that SQL can read it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EmailHash {
    pub(crate) name: String,
    pub(crate) local: String,
    pub(crate) domain: String,
}

/// What the head of a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// Environments in which the file runs; empty: in all of them.
    pub(crate) only: Vec<String>,
    pub(crate) email_hashes: Vec<EmailHash>,
}

/// A directive that cannot be understood: the byte offset of its line, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadDirective {
    pub(crate) offset: usize,
    pub(crate) what: String,
}

impl Header {
    /// Reads the leading comment lines (`--` or `#`); the first line of another kind ends them.
    pub(crate) fn parse(text: &str) -> (Self, Vec<BadDirective>) {
        let (mut header, mut bad) = (Self::default(), Vec::new());
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let start = offset;
            offset += line.len();
            let line = line.trim_start_matches('\u{feff}').trim();
            if line.is_empty() {
                continue;
            }
            let Some(comment) = line.strip_prefix("--").or_else(|| line.strip_prefix('#')) else {
                break;
            };
            if let Err(what) = header.take(comment.trim()) {
                bad.push(BadDirective { offset: start, what });
            }
        }
        (header, bad)
    }

    /// Whether the file may run there.
    pub(crate) fn runs_in(&self, environment: &str) -> bool {
        let environment = short(environment);
        self.only.is_empty() || self.only.contains(&environment)
    }

    fn take(&mut self, comment: &str) -> Result<(), String> {
        if comment.to_ascii_uppercase().starts_with("DEV/TEST ONLY") {
            self.only = vec!["dev".to_owned(), "test".to_owned()];
            return Ok(());
        }
        let Some(directive) = comment.strip_prefix("db-fresh:").map(str::trim) else {
            return Ok(());
        };
        if let Some(list) = directive.strip_prefix("only ") {
            self.only = list
                .split(',')
                .map(short)
                .filter(|name| !name.is_empty())
                .collect();
            return if self.only.is_empty() {
                Err("`only` names no environment".to_owned())
            } else {
                Ok(())
            };
        }
        if let Some(declaration) = directive.strip_prefix("email-hash ") {
            self.email_hashes.push(declared(declaration)?);
            return Ok(());
        }
        Err("this directive is not one of `only dev,test` and `email-hash NAME = LOCAL at DOMAIN`".to_owned())
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

/// Environments under one name each: people write `development` and mean `dev`.
fn short(environment: &str) -> String {
    match environment.trim().to_ascii_lowercase().as_str() {
        "development" | "local" => "dev".to_owned(),
        "testing" | "ci" => "test".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_read_from_the_leading_comments_only() {
        let text = "-- People.\n-- db-fresh: only dev, staging\n\n-- db-fresh: email-hash ada = ada.l at example.org\nSELECT 1;\n-- db-fresh: nonsense\n";
        let (header, bad) = Header::parse(text);
        assert!(bad.is_empty());
        assert_eq!(header.only, ["dev", "staging"]);
        assert_eq!(header.email_hashes[0].local, "ada.l");
        assert!(header.runs_in("development") && !header.runs_in("production"));
    }

    #[test]
    fn dev_test_only_keeps_a_file_out_of_everything_else() {
        for text in ["-- DEV/TEST ONLY: clears markers\n", "# dev/test only\n"] {
            let (header, _) = Header::parse(text);
            assert!(header.runs_in("dev") && header.runs_in("ci"));
            assert!(!header.runs_in("staging") && !header.runs_in("production"));
        }
    }

    #[test]
    fn every_bad_directive_is_told() {
        let text = "-- db-fresh: oly dev\n-- db-fresh: email-hash Ada = ada at example.org\n-- db-fresh: email-hash ada = ada\n-- db-fresh: only ,\n";
        let (_, bad) = Header::parse(text);
        assert_eq!(bad.len(), 4);
        assert_eq!(bad[1].offset, text.find("-- db-fresh: email").unwrap());
    }
}
