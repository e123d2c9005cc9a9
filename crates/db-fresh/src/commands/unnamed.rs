//! How an environment is named, for people of whose files some are left out because it is not.

use serde_json::json;

use crate::{context::Context, hints::NAME_ENVIRONMENT, output::Level};

/// Says it where files were left out and nobody named the environment.
pub(super) fn say_how_to_name(environment: &str, left_out: usize, context: &Context<'_>) {
    if environment.is_empty() && left_out > 0 {
        context.console.say(
            Level::Warn,
            "the environment is not named, and counts as protected",
            json!({ "suggestion": NAME_ENVIRONMENT }),
        );
    }
}
