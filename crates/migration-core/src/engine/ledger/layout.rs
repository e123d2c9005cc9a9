//! The version of the ledger's layout.
//!
//! It stands in the name of a constraint on each table that always holds: `ledger_layout_1`. Every role can read it, no dump leaves it
//! out, and nobody but the owner of the table can change it. A table without one is of layout 1, which programs made before there was
//! such a mark; further columns that are nullable or have a default belong to the same layout.

/// The layout that this version makes, and the highest that it knows.
pub(crate) const LAYOUT: u32 = 1;

/// How the mark begins.
pub(crate) const PREFIX: &str = "ledger_layout_";

/// The constraint that marks a table, for its definition.
pub(crate) fn mark() -> String {
    format!("CONSTRAINT {PREFIX}{LAYOUT} CHECK (true)")
}

/// The layout that a table is marked with, where it is one that is not known here.
pub(crate) fn newer<'m>(marks: impl Iterator<Item = &'m str>) -> Option<&'m str> {
    let layouts = marks.filter_map(|mark| mark.strip_prefix(PREFIX));
    let unknown = layouts.filter(|layout| layout.parse::<u32>().map_or(true, |layout| layout > LAYOUT));
    unknown.max_by_key(|layout| layout.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_layout_that_is_not_known_is_newer() {
        let of = |marks: &'static [&'static str]| newer(marks.iter().copied());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["ledger_layout_1"]), None);
        assert_eq!(
            of(&["ledger_layout_1", "ledger_layout_12", "ledger_layout_2"]),
            Some("12")
        );
        assert_eq!(of(&["ledger_layout_next"]), Some("next"));
        assert!(mark().contains("ledger_layout_1 "));
    }
}
