//! How much is read of the files that say how to run: the configuration and the variables.

use diagnostic::SizeLimit;

/// Of `db-fresh.toml` and of a file of variables. They are read before the setting of the size is known.
pub(super) const SETTINGS: SizeLimit = SizeLimit::from_bytes(4 << 20);
