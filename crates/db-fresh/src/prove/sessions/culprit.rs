//! Which file leaves what another one depends on: shown by builds that keep the session from that file on and not before.

use super::{
    left::Left,
    trial::{Built, Place, Trials},
};
use crate::error::Error;

/// A file, and what it leaves in the session.
pub(super) type Leaver = (Place, Vec<Left>);

impl Trials<'_> {
    /// The latest of these files before another one from which on the session has to be kept for the other one to behave so.
    pub(super) async fn leaver<'l>(
        &self,
        leavers: &'l [Leaver],
        file: Place,
        behaves_so: impl Fn(&Built) -> bool,
    ) -> Result<Option<&'l Leaver>, Error> {
        let before = leavers
            .iter()
            .filter(|(place, _)| *place < file && place.0 == file.0);
        for leaver in before.rev() {
            let built = self.passing(Some(leaver.0), file).await?;
            if behaves_so(&built) {
                return Ok(Some(leaver));
            }
        }
        Ok(None)
    }

    /// The first file after which two ways to build differ, with what came of both.
    pub(super) async fn first_different(
        &self,
        first: Place,
        differ: impl Fn(&Built, &Built) -> bool,
    ) -> Result<Option<(Place, Built, Built)>, Error> {
        let places: Vec<_> = self.places().into_iter().filter(|place| *place > first).collect();
        let (mut low, mut high) = (0, places.len());
        let mut found = None;
        while low < high {
            let middle = low + (high - low) / 2;
            let isolated = self.passing(None, places[middle]).await?;
            let kept = self.passing(Some((0, 0)), places[middle]).await?;
            if differ(&isolated, &kept) {
                found = Some((places[middle], isolated, kept));
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(found)
    }
}
