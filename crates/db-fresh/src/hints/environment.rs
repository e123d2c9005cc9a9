//! How an environment is named, where one that is not named counts as protected.

/// What helps where the environment is not named.
pub(crate) const NAME_ENVIRONMENT: &str =
    "name the environment: `--environment NAME`, `APP_ENV`, or `default_environment` in `db-fresh.toml`";
