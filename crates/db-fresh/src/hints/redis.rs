//! Hints for a Redis that did not do what it was asked to.

use ::readiness::RedisError;
use diagnostic::{Diagnostic, Explain};

/// The error's diagnostics, with the variables that this program reads.
pub(crate) fn redis(error: &RedisError) -> Vec<Diagnostic> {
    let mut diagnostics = error.diagnostics();
    let hint = match error {
        RedisError::BadPrefix(_) => "give a name and a colon, such as `REDIS_PREFIX=stg:`",
        RedisError::Failed(_) | RedisError::TimedOut { .. } => {
            "check `REDIS_URL` and whether the server runs"
        }
        _ => return diagnostics,
    };
    for diagnostic in &mut diagnostics {
        diagnostic.hints = vec![hint.to_owned()];
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_of_this_program_are_named() {
        let of = |error: &RedisError| redis(error).remove(0).hints;
        assert_eq!(
            of(&RedisError::BadPrefix("prod".to_owned())),
            ["give a name and a colon, such as `REDIS_PREFIX=stg:`"]
        );
        let limit = std::time::Duration::ZERO;
        assert_eq!(
            of(&RedisError::TimedOut { limit }),
            ["check `REDIS_URL` and whether the server runs"]
        );
    }
}
