//! Where the key of pseudonyms comes from.

/// The variables that may hold the key, the first one that is set winning.
pub(crate) const EMAIL_HASH_KEY_VARIABLES: [&str; 2] = ["MIGRATION_EMAIL_HASH_KEY", "EMAIL_HASH_KEY"];
