//! What is undone in a protected environment only for a reason: refused before anybody is asked.

use migration_core::{Environment, Protection};

use super::problem::CommandProblem;
use crate::{cli::AllowProtected, error::Error};

/// What a command undoes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undoing {
    Rollback,
    Resumption,
    Smoke,
    RedisKeys,
}

impl Undoing {
    fn code(self) -> &'static str {
        match self {
            Self::Rollback => "rollback/protected",
            Self::Resumption => "resume/protected",
            Self::Smoke => "smoke/protected",
            Self::RedisKeys => "redis/protected",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Rollback => "a roll-back",
            Self::Resumption => "going on with a roll-back",
            Self::Smoke => "a smoke test that rolls back",
            Self::RedisKeys => "clearing keys",
        }
    }

    fn loss(self) -> &'static str {
        match self {
            Self::Rollback | Self::Resumption | Self::Smoke => "the data of what is undone is lost",
            Self::RedisKeys => "the keys are lost",
        }
    }
}

/// Refuses without a reason where the environment is protected.
pub(super) fn refuse_without_reason(
    undoing: Undoing,
    environment: &Environment,
    given: &AllowProtected,
) -> Result<(), Error> {
    if environment.protection == Protection::Open || given.reason.is_some() {
        return Ok(());
    }
    Err(CommandProblem::Protected {
        code: undoing.code(),
        what: undoing.words(),
        loss: undoing.loss(),
        environment: environment.name.clone(),
    }
    .into())
}
