//! The prelude's step, in a run that has one.

use super::{
    inputs::Inputs,
    steps::{Done, Steps},
};
use crate::error::Error;

/// The step of a run that has one.
pub(super) async fn step(inputs: &Inputs<'_>, steps: &mut Steps<'_>) -> Result<(), Error> {
    let Some(prelude) = inputs.prelude else {
        return Ok(());
    };
    let work = async {
        prelude.run(inputs.database.options()).await?;
        Ok(Done::new((), prelude.file.clone()))
    };
    steps.run("prelude", work).await
}
