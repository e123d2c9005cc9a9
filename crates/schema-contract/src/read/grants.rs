//! Privileges: one fact for each grantee.
//!
//! What everybody has without any `GRANT` is not mentioned; what was taken away from it is. Left out on purpose:
//! who granted, and in which order.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Facts, array, names::Names};
use crate::fact::{Object, Part};

/// What privileges an object can have, as the letters of an access list, and which of them everybody starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Privileges {
    /// All of them, in the order in which they are written.
    all: &'static str,
    /// Those of `PUBLIC` by default.
    public: &'static str,
    /// Whether an owner has all of them by default.
    owner_has_all: OwnerHasAll,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OwnerHasAll {
    Yes,
    /// Columns and additional default privileges start with nothing.
    No,
}

impl Privileges {
    /// `m` (MAINTAIN) exists on servers from 17 on; before, the letters without it are all there are.
    pub(super) const TABLE: Self = Self::of("rawdDxtm", "");
    pub(super) const SEQUENCE: Self = Self::of("rwU", "");
    pub(super) const ROUTINE: Self = Self::of("X", "X");
    pub(super) const TYPE: Self = Self::of("U", "U");
    pub(super) const SCHEMA: Self = Self::of("UC", "");
    pub(super) const DATABASE: Self = Self::of("CTc", "Tc");
    pub(super) const USAGE: Self = Self::of("U", "");
    pub(super) const COLUMN: Self = Self {
        all: "rawx",
        public: "",
        owner_has_all: OwnerHasAll::No,
    };

    const fn of(all: &'static str, public: &'static str) -> Self {
        Self {
            all,
            public,
            owner_has_all: OwnerHasAll::Yes,
        }
    }

    /// The same privileges as an addition to those everybody has.
    pub(super) const fn additional(self) -> Self {
        Self {
            public: "",
            owner_has_all: OwnerHasAll::No,
            ..self
        }
    }

    /// The same privileges where everybody may read from the start.
    pub(super) fn readable(self) -> Self {
        let public = match self {
            Self::TABLE => "r",
            Self::SCHEMA => "U",
            other => other.public,
        };
        Self { public, ..self }
    }

    /// The schema `public` opens for everybody: to create in before version 15, to use since.
    pub(super) const fn public_schema(major: u32) -> Self {
        Self {
            public: if major < 15 { "UC" } else { "U" },
            ..Self::SCHEMA
        }
    }
}

fn word(letter: char) -> &'static str {
    match letter {
        'r' => "SELECT",
        'a' => "INSERT",
        'w' => "UPDATE",
        'd' => "DELETE",
        'D' => "TRUNCATE",
        'x' => "REFERENCES",
        't' => "TRIGGER",
        'm' => "MAINTAIN",
        'U' => "USAGE",
        'C' => "CREATE",
        'X' => "EXECUTE",
        'T' => "TEMPORARY",
        'c' => "CONNECT",
        _ => "UNKNOWN",
    }
}

/// Who owns an object and what its access list says.
pub(super) struct Access<'a> {
    /// What can be granted on it.
    pub(super) privileges: Privileges,
    /// The owner, written as in a contract.
    pub(super) owner: &'a str,
    /// The access list, if anything was ever granted or revoked.
    pub(super) list: Option<&'a str>,
}

/// The grants on an object or a part of it.
pub(super) fn build(
    facts: &mut Facts,
    names: &Names,
    object: &Arc<Object>,
    part: Option<&Arc<Part>>,
    access: &Access<'_>,
) {
    let Some(list) = access.list else { return };
    let all = access.all(names);
    for (grantee, letters) in access.granted(list, names) {
        if !same(&letters, access.usual(&grantee, &all)) {
            let property = format!("grant to {grantee}").into();
            facts.push(object, part.cloned(), property, written(&letters, &all).into());
        }
    }
}

/// The grants on a part of an object that are not as they were at first; without a first list everybody had what is usual.
pub(super) fn build_changed(
    facts: &mut Facts,
    names: &Names,
    (object, part): (&Arc<Object>, &Arc<Part>),
    access: &Access<'_>,
    first: Option<&str>,
) {
    let all = access.all(names);
    let granted = |list: Option<&str>| match list {
        Some(list) => access.granted(list, names),
        None => [access.owner, PUBLIC]
            .map(|grantee| (grantee.to_owned(), access.usual(grantee, &all).to_owned()))
            .into(),
    };
    let (first, now) = (granted(first), granted(access.list));
    let grantees: BTreeSet<&String> = first.keys().chain(now.keys()).collect();
    let nothing = String::new();
    for grantee in grantees {
        let before = first.get(grantee).unwrap_or(&nothing);
        let letters = now.get(grantee).unwrap_or(&nothing);
        if written(before, &all) != written(letters, &all) {
            facts.part(
                object,
                part,
                format!("grant to {grantee}"),
                written(letters, &all),
            );
        }
    }
}

impl Access<'_> {
    /// The letters of all that can be granted on servers of this version.
    fn all(&self, names: &Names) -> String {
        let letters = self.privileges.all.chars();
        letters
            .filter(|letter| *letter != 'm' || names.major >= 17)
            .collect()
    }

    /// What each grantee of a list has. What an owner has by its own grant belongs to the owner, also after the owner changed.
    fn granted(&self, list: &str, names: &Names) -> BTreeMap<String, String> {
        let mut granted: BTreeMap<String, String> = BTreeMap::new();
        if self.privileges.owner_has_all == OwnerHasAll::Yes {
            granted.insert(self.owner.to_owned(), String::new());
        }
        if !self.privileges.public.is_empty() {
            granted.insert(PUBLIC.to_owned(), String::new());
        }
        for item in array::elements(list) {
            let (grantee, letters) = parse(&item);
            let grantee = if grantee.is_empty() {
                PUBLIC.to_owned()
            } else if is_own(&item) {
                self.owner.to_owned()
            } else {
                names.role_named(&grantee)
            };
            granted.entry(grantee).or_default().push_str(letters);
        }
        granted
    }

    /// The letters of what a grantee has where nothing was granted or revoked.
    fn usual<'a>(&self, grantee: &str, all: &'a str) -> &'a str {
        match grantee {
            owner if owner == self.owner && self.privileges.owner_has_all == OwnerHasAll::Yes => all,
            PUBLIC => self.privileges.public,
            _ => "",
        }
    }
}

const PUBLIC: &str = "PUBLIC";

fn same(letters: &str, usual: &str) -> bool {
    !letters.contains('*')
        && letters.len() == usual.len()
        && usual.chars().all(|letter| letters.contains(letter))
}

/// The grantee, unquoted, and the letters of an item such as `app=rw*/owner`.
fn parse(item: &str) -> (String, &str) {
    let (grantee, rest) = match item.strip_prefix('"') {
        Some(quoted) => {
            let end = quoted.find("\"=").unwrap_or(quoted.len());
            (
                quoted[..end].replace("\"\"", "\""),
                quoted.get(end + 1..).unwrap_or_default(),
            )
        }
        None => {
            let end = item.find('=').unwrap_or(item.len());
            (item[..end].to_owned(), &item[end..])
        }
    };
    let letters = rest.strip_prefix('=').unwrap_or(rest);
    (grantee, letters.split('/').next().unwrap_or_default())
}

/// Whether an item such as `app=rw/app` is the owner's own.
fn is_own(item: &str) -> bool {
    let granted = item.rsplit_once('/');
    granted.is_some_and(|(item, grantor)| {
        item.strip_prefix(grantor)
            .is_some_and(|rest| rest.starts_with('='))
    })
}

/// The privileges in words; those that may be handed on are marked.
fn written(letters: &str, all: &str) -> String {
    if same(letters, all) && all.len() > 1 {
        return "ALL".to_owned();
    }
    let mut words = Vec::new();
    for letter in all.chars() {
        if letters.contains(&format!("{letter}*")) {
            words.push(format!("{} with grant option", word(letter)));
        } else if letters.contains(letter) {
            words.push(word(letter).to_owned());
        }
    }
    if words.is_empty() {
        "nothing".to_owned()
    } else {
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_name_a_grantee_and_letters() {
        assert_eq!(parse("app=rw*/postgres"), ("app".into(), "rw*"));
        assert_eq!(parse("=X/postgres"), (String::new(), "X"));
        assert_eq!(parse("\"we\"\"ird=\"=r/x"), ("we\"ird=".into(), "r"));
    }

    #[test]
    fn all_is_said_as_all_whatever_the_version() {
        assert_eq!(written("arwdDxt", "rawdDxt"), "ALL");
        assert_eq!(written("rw*", "rawdDxt"), "SELECT, UPDATE with grant option");
        assert_eq!(written("", "rawdDxt"), "nothing");
    }
}
