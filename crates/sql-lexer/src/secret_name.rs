//! Names that say that what stands behind them is a secret.

/// Words that make a name one of a secret, wherever they stand in it: `dbPassword`, `API_TOKEN`.
const ANYWHERE: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "secret",
    "token",
    "credential",
    "apikey",
    "conninfo",
    "connstr",
    "connectionstring",
    "bearer",
    "dblink",
    "authorization",
    "privatekey",
    "accesskey",
];

/// Words that do so as a whole part of a name: `app.key`, `db_pwd`.
const AS_A_PART: [&str; 12] = [
    "pass",
    "pwd",
    "pw",
    "key",
    "keys",
    "dsn",
    "auth",
    "connection",
    "identified",
    "otp",
    "pin",
    "hmac",
];

/// Whether a name says that what stands behind it is a secret: `password`, `app.api_key`, `dbPwd`.
pub fn names_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let joined: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    ANYWHERE.iter().any(|word| joined.contains(word))
        || lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|part| AS_A_PART.contains(&part))
        // `accessKey`, `dbPwd`
        || ["Key", "Pwd", "Dsn"].iter().any(|end| name.ends_with(end))
}

/// Whether a text holds such a name, or an address with a user in it.
pub fn mentions_secret(text: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.split(|c| !is_name(c)).any(names_secret)
        || text
            .find("://")
            .is_some_and(|scheme| text[scheme..].contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_all_spellings() {
        for name in [
            "password",
            "PGPASSWORD",
            "db_passwd",
            "app.pwd",
            "dbPwd",
            "secret",
            "clientSecret",
            "token",
            "api_key",
            "apiKey",
            "api-key",
            "dsn",
            "credentials",
            "connection",
            "connection_string",
            "key",
        ] {
            assert!(names_secret(name), "{name}");
        }
        for name in [
            "name",
            "monkey",
            "keyboard",
            "passenger",
            "pinned",
            "email",
            "author",
            "tokyo",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }

    #[test]
    fn a_text_mentions_one_by_name_or_by_an_address() {
        for text in [
            r#"{"user": "a", "password": "b"}"#,
            "host=a password=b",
            "postgres://a:b@c/d",
            "app.token",
        ] {
            assert!(mentions_secret(text), "{text}");
        }
        assert!(!mentions_secret("see https://example.test/page"));
        assert!(!mentions_secret("happy sad"));
    }
}
