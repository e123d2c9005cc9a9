//! `PGOPTIONS`: settings of sessions on the user's own servers, and not on those that this program starts.
//!
//! The driver reads the variable wherever it makes options for a connection, and has no way to leave it out. So it is emptied before
//! anything else runs, and given back to what connects to a real database.

use std::{env, sync::OnceLock};

use url::Url;

/// The variable.
pub(crate) const PGOPTIONS: &str = "PGOPTIONS";

static GIVEN: OnceLock<String> = OnceLock::new();

/// Empties the variable. To be called while this process has a single thread.
pub(crate) fn set_aside() {
    let given = env::var(PGOPTIONS).unwrap_or_default();
    if given.is_empty() || GIVEN.get().is_some() {
        return;
    }
    // A variable without a value is one line of a file of variables; the library writes it into the environment.
    if dotenvy::from_read_override(format!("{PGOPTIONS}=\n").as_bytes()).is_ok() {
        let _ = GIVEN.set(given);
    }
}

/// What the user has set.
pub(crate) fn given() -> Option<&'static str> {
    GIVEN.get().map(String::as_str)
}

/// The URL of a real database with what the user has set; what the URL itself says comes later and wins.
pub(crate) fn with_given(url: &Url) -> Url {
    given().map_or_else(|| url.clone(), |given| with(url, given))
}

fn with(url: &Url, given: &str) -> Url {
    let own: Vec<_> = url
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let mut url = url.clone();
    url.query_pairs_mut()
        .clear()
        .append_pair("options", given)
        .extend_pairs(own);
    url
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::PgConnectOptions;

    use super::*;

    #[test]
    fn what_the_url_says_comes_after_what_the_variable_says() {
        let url = "postgres://a@h/d?sslmode=require&options=-c%20x.y%3D2"
            .parse()
            .unwrap();
        let options: PgConnectOptions = with(&url, "-c x.y=1 -c z.z=a").as_str().parse().unwrap();
        assert_eq!(
            options.get_options().map(str::trim),
            Some("-c x.y=1 -c z.z=a -c x.y=2")
        );
    }
}
