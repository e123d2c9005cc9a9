//! Lines that are a label rather than a sentence: every word of it says where the file may run. `for testing only` is one, `test only
//! the first row` is not.

use strsim::damerau_levenshtein;

const ENVIRONMENTS: [&str; 37] = [
    "dev",
    "devs",
    "devel",
    "develop",
    "development",
    "developer",
    "developers",
    "developing",
    "devtest",
    "devonly",
    "test",
    "tests",
    "testing",
    "tst",
    "testonly",
    "testdev",
    "local",
    "locally",
    "localhost",
    "localdev",
    "ci",
    "qa",
    "uat",
    "staging",
    "stage",
    "stg",
    "sandbox",
    "demo",
    "preprod",
    "nonprod",
    "nonproduction",
    "prod",
    "prd",
    "production",
    "live",
    "envs",
    "devtestonly",
];

const PRODUCTION: [&str; 4] = ["prod", "prd", "production", "live"];

const NEGATIONS: [&str; 5] = ["not", "dont", "never", "non", "t"];

/// Words that a label may have beside those.
const FILLERS: [&str; 57] = [
    "for",
    "use",
    "used",
    "using",
    "in",
    "on",
    "at",
    "run",
    "runs",
    "ran",
    "the",
    "this",
    "that",
    "these",
    "is",
    "are",
    "a",
    "an",
    "be",
    "to",
    "must",
    "should",
    "may",
    "will",
    "do",
    "don",
    "and",
    "or",
    "environment",
    "environments",
    "env",
    "database",
    "databases",
    "db",
    "dbs",
    "data",
    "seed",
    "seeds",
    "migration",
    "migrations",
    "script",
    "file",
    "sql",
    "mode",
    "purpose",
    "purposes",
    "machine",
    "machines",
    "server",
    "servers",
    "systems",
    "please",
    "apply",
    "execute",
    "deploy",
    "intended",
    "it",
];

/// Whether the line is such a label, as far as its first punctuation, or as far as it is in capitals.
pub(super) fn limits(line: &str) -> bool {
    if is_setting(line) {
        return true;
    }
    let mut parts = parts(line);
    let Some(first) = parts.next() else {
        return false;
    };
    let first = words(first);
    let shouted = first.iter().take_while(|word| is_shouted(word)).count();
    is_label(&first)
        || shouted > 1 && is_label(&first[..shouted])
        // After the first part only what is in capitals, or is said of production.
        || parts.map(words).any(|words| {
            let is_shouted = words.iter().all(|word| is_shouted(word));
            is_label(&words) && (is_shouted || words.iter().any(|word| is_negation(&word.to_lowercase())))
        })
}

/// The parts of a line between punctuation and dashes.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    let is_end = |next: char| ":;!()[]{}<>|=\"".contains(next);
    line.split(is_end)
        .flat_map(|part| part.split(" - "))
        .flat_map(|part| part.split(". "))
        .flat_map(|part| part.split(" -- "))
        .filter(|part| part.chars().any(char::is_alphanumeric))
}

fn is_shouted(word: &str) -> bool {
    word.chars().all(|next| !next.is_lowercase())
}

fn is_negation(word: &str) -> bool {
    NEGATIONS.contains(&word)
}

fn words(text: &str) -> Vec<&str> {
    let words = text.split(|next: char| !next.is_alphanumeric());
    words.filter(|word| !word.is_empty()).collect()
}

fn is_label(words: &[&str]) -> bool {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let is_in = |list: &[&str], word: &String| list.contains(&word.as_str());
    let (mut only, mut environments, mut production, mut negated) = (0, 0, 0, 0);
    for word in &words {
        if is_only(word) {
            only += 1;
        } else if is_environment(word) {
            environments += 1;
            only += usize::from(word.ends_with("only"));
            production += usize::from(is_in(&PRODUCTION, word));
        } else if is_negation(word) {
            negated += 1;
        } else if !is_in(&FILLERS, word) {
            return false;
        }
    }
    let is_pair = words.len() == 2 && environments == 2 && production == 0;
    let limits = only > 0 && environments > 0 || is_pair;
    if negated > 0 { production > 0 } else { limits }
}

fn is_environment(word: &str) -> bool {
    // Short words are too close to others: `text` to `test`.
    let is_close = |known: &&str| {
        known.len() >= 7
            && word.len() >= 6
            && known.len().abs_diff(word.len()) <= 1
            && damerau_levenshtein(known, word) <= 1
    };
    ENVIRONMENTS.contains(&word) || ENVIRONMENTS.iter().any(is_close)
}

fn is_only(word: &str) -> bool {
    word == "only"
        || matches!(
            word,
            "onyl"
                | "olny"
                | "ony"
                | "onl"
                | "oly"
                | "onlly"
                | "onlyy"
                | "onli"
                | "0nly"
                | "solely"
                | "exclusively"
        )
}

/// `only: dev`, `env = test`, `environments: dev, test`. Quoted, it is a part of a statement; a list with production limits nothing.
fn is_setting(line: &str) -> bool {
    let Some((key, value)) = line.split_once([':', '=']) else {
        return false;
    };
    let (keys, values) = (words(key), words(value));
    let [key] = keys.as_slice() else {
        return false;
    };
    let key = key.to_lowercase();
    let is_key = is_only(&key) || matches!(key.as_str(), "env" | "envs" | "environment" | "environments");
    let is_value = |word: &&str| {
        let word = word.to_lowercase();
        is_environment(&word) && (is_only(&key) || !PRODUCTION.contains(&word.as_str())) || word == "and"
    };
    is_key && !value.contains(['\'', '"']) && !values.is_empty() && values.iter().all(is_value)
}
