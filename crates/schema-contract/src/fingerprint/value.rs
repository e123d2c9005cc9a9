//! What two fingerprints are compared by.

/// Equal for equal schemas, whatever their history and their database, and for unequal ones nearly always another.
///
/// Where two are unequal the schemas may still be equal: [`diff`](crate::diff()) knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    pub(super) extensions: u64,
    pub(super) usual: u64,
    /// After a whole look.
    pub(super) outside: Option<u64>,
}

impl Fingerprint {
    /// How far this one is from another, in extensions and in all else that both looked at. Where two pairs differ in the same rows
    /// they are equally far apart.
    #[must_use]
    pub fn distance(self, other: Self) -> (u64, u64) {
        let outside = self.outside.zip(other.outside);
        let outside = outside.map_or(0, |(this, other)| this.wrapping_sub(other));
        let usual = self.usual.wrapping_sub(other.usual);
        (
            self.extensions.wrapping_sub(other.extensions),
            usual.wrapping_add(outside),
        )
    }

    /// Whether the schemas are equal but for which extensions there are.
    #[must_use]
    pub fn differs_at_most_in_extensions(self, other: Self) -> bool {
        self.distance(other).1 == 0
    }
}
