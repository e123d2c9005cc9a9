//! Facts as the text of a contract, and the digest over it.

use std::{borrow::Cow, fmt::Write};

use sha2::{Digest as _, Sha256};

use super::CONTINUED;
use crate::{edition::Edition, fact::Fact, name};

/// The text of sorted facts: a section for each schema, the digest and the edition on top.
pub(crate) fn write(facts: &[Fact], edition: Edition) -> String {
    let mut body = String::new();
    let mut digest = Digest::default();
    let mut section = None;
    for fact in facts {
        let schema = fact.key.object.schema.as_str();
        if section != Some(schema) {
            section = Some(schema);
            let title = match schema {
                "" => "the whole database".to_owned(),
                schema => format!("schema {}", name::quoted(schema)),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(body, "\n# {title}");
        }
        let start = body.len();
        write_fact(&mut body, fact);
        digest.add(&body[start..]);
    }
    let edition = if edition > Edition::FIRST {
        edition.line() + "\n"
    } else {
        String::new()
    };
    format!("# {}\n{edition}{body}", digest.finish())
}

/// The digest of sorted facts: `sha256:` and 64 hexadecimal digits.
pub(crate) fn digest(facts: &[Fact]) -> String {
    let mut digest = Digest::default();
    let mut line = String::new();
    for fact in facts {
        line.clear();
        write_fact(&mut line, fact);
        digest.add(&line);
    }
    digest.finish()
}

/// A digest of facts, each as it is written.
#[derive(Default)]
struct Digest(Sha256);

impl Digest {
    fn add(&mut self, fact: &str) {
        self.0.update(fact.as_bytes());
    }

    fn finish(self) -> String {
        let digits: String = self
            .0
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("sha256:{digits}")
    }
}

/// One fact with its line end; the digest is taken over exactly this.
fn write_fact(out: &mut String, fact: &Fact) {
    let _ = write!(out, "{} =", fact.key);
    let value = fact.value.text();
    if value.contains('\n') {
        for line in value.split('\n') {
            out.push('\n');
            out.push_str(CONTINUED);
            out.push_str(&guarded(line));
        }
    } else if !value.is_empty() {
        out.push(' ');
        out.push_str(&guarded(&value));
    }
    out.push('\n');
}

/// Blanks at the end of a line are lost in editors and reviews, so the last one is written as an escape.
fn guarded(line: &str) -> Cow<'_, str> {
    let escaped = name::escape(line);
    match escaped.chars().next_back() {
        Some(' ') => Cow::Owned(format!("{}\\s", &escaped[..escaped.len() - 1])),
        Some('\t') => Cow::Owned(format!("{}\\t", &escaped[..escaped.len() - 1])),
        _ => escaped,
    }
}
