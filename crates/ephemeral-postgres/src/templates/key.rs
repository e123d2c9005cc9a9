//! What a template is made of, and the name that follows from it.

use sha2::{Digest, Sha256};

/// What a template is named after, in the order in which it is put into the database.
///
/// Everything that changes the result has to be part of it: a prelude, each migration, each seed. The version of the server is added
/// automatically. Two keys that begin with the same parts share the template of those parts, so that only the rest is applied.
#[derive(Debug, Clone)]
pub struct TemplateKey {
    tool: String,
    parts: Vec<Part>,
}

/// One part with its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) digest: [u8; 32],
}

/// Names of sealed templates start with it.
pub(crate) const PREFIX: &str = "db_fresh_t_";

impl TemplateKey {
    /// `tool` names the program that puts the parts in, with its version: another version may put them in otherwise.
    pub fn new(tool: &str) -> Self {
        Self {
            tool: tool.to_owned(),
            parts: Vec::new(),
        }
    }

    /// Adds a part: its name, such as that of a file, and its content.
    #[must_use]
    pub fn part(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.parts.push(Part {
            name: name.to_owned(),
            digest: Sha256::digest(content.as_ref()).into(),
        });
        self
    }

    /// How many parts it has.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The hash of the first part, the first two parts and so on, each as 32 hexadecimal digits. The last is the key's own.
    pub(crate) fn chain(&self, server_version: &str) -> Vec<String> {
        let mut link: [u8; 32] = Sha256::digest(format!("1\n{}\n{server_version}", self.tool)).into();
        let mut chain = vec![hex(&link)];
        for part in &self.parts {
            let mut hash = Sha256::new();
            hash.update(link);
            hash.update((part.name.len() as u64).to_le_bytes());
            hash.update(&part.name);
            hash.update(part.digest);
            link = hash.finalize().into();
            chain.push(hex(&link));
        }
        chain
    }

    /// The template's comment: what it was built from, as JSON.
    pub(crate) fn manifest(&self, server_version: &str) -> String {
        let parts: Vec<_> = self
            .parts
            .iter()
            .map(|part| serde_json::json!({ "name": part.name, "sha256": hex(&part.digest) }))
            .collect();
        serde_json::json!({ "tool": self.tool, "server": server_version, "parts": parts }).to_string()
    }
}

/// Half of it: a database's name has 63 bytes, and 128 bits are enough to be alone.
fn hex(digest: &[u8]) -> String {
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(key: &TemplateKey, version: &str) -> String {
        key.chain(version).pop().unwrap()
    }

    #[test]
    fn everything_that_changes_the_result_changes_the_name() {
        let key = || {
            TemplateKey::new("tool 1")
                .part("a.sql", "one")
                .part("b.sql", "two")
        };
        let name = last(&key(), "15.18");
        assert_eq!(name, last(&key(), "15.18"));
        let others = [
            last(&key(), "16.0"),
            last(&key().part("c.sql", ""), "15.18"),
            last(
                &TemplateKey::new("tool 2")
                    .part("a.sql", "one")
                    .part("b.sql", "two"),
                "15.18",
            ),
            last(
                &TemplateKey::new("tool 1")
                    .part("b.sql", "two")
                    .part("a.sql", "one"),
                "15.18",
            ),
            last(
                &TemplateKey::new("tool 1")
                    .part("a.sql", "one")
                    .part("b.sql", "tw0"),
                "15.18",
            ),
            // Where one part ends and the next begins is part of it.
            last(
                &TemplateKey::new("tool 1")
                    .part("a.sqlone", "")
                    .part("b.sql", "two"),
                "15.18",
            ),
        ];
        assert!(others.iter().all(|other| *other != name), "{others:?}");
    }

    #[test]
    fn keys_that_begin_alike_share_the_beginning_of_their_chains() {
        let short = TemplateKey::new("tool").part("a", "1").part("b", "2");
        let long = short.clone().part("c", "3");
        assert_eq!(long.chain("15")[..3], short.chain("15")[..]);
    }
}
