//! The placeholders that Flyway gives itself, as far as they do not depend on a file.

use std::{env, str::FromStr, time::SystemTime};

use sqlx::postgres::PgConnectOptions;

/// The superuser of every private server.
const SUPERUSER: &str = "postgres";

/// Those that are the same for every database.
pub(super) fn everywhere() -> Vec<(String, String)> {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let mut given = vec![named("timestamp", now.replace('T', " ").trim_end_matches('Z'))];
    let folder = env::current_dir().ok();
    given.extend(folder.map(|folder| named("workingDirectory", &folder.to_string_lossy())));
    given
}

/// Those of the database with this URL.
pub(super) fn of_database(url: &str) -> Vec<(String, String)> {
    let Ok(options) = PgConnectOptions::from_str(url) else {
        return Vec::new();
    };
    let mut given = vec![named("user", options.get_username())];
    given.extend(options.get_database().map(|database| named("database", database)));
    given
}

/// Those of a scratch database on the server of a URL, or on a private one.
pub(super) fn of_scratch(url: Option<&str>) -> Vec<(String, String)> {
    match url {
        Some(url) => of_database(url).into_iter().take(1).collect(),
        None => vec![named("user", SUPERUSER)],
    }
}

fn named(name: &str, value: &str) -> (String, String) {
    (format!("flyway:{name}"), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gives_role_and_database() {
        let given = of_database("postgres://app:secret@localhost/shop");
        assert_eq!(given, [named("user", "app"), named("database", "shop")]);
        assert!(of_database("nonsense").is_empty());
        let (name, time) = &everywhere()[0];
        assert_eq!((name.as_str(), time.len()), ("flyway:timestamp", 19), "{time}");
    }
}
