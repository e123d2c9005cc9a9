//! Whether a roll-back may happen in a protected environment: only with a reason, which goes into the audit.

/// Whether migrations of a protected environment may be undone. In an open one they always may.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProtectedRollback {
    /// The roll-back is refused.
    #[default]
    Refuse,
    /// It happens. The audit keeps the reason with each row that is removed.
    Allow(Reason),
}

/// Why somebody rolls back in a protected environment. Never blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// The reason without white space round it; nothing for a text without a letter or a digit.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        text.contains(char::is_alphanumeric)
            .then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something() {
        for blank in ["", " ", "\u{a0}\t", "\u{200b}", "-", "..."] {
            assert_eq!(Reason::new(blank), None, "{blank:?}");
        }
        assert_eq!(Reason::new(" incident 7 ").unwrap().text(), "incident 7");
    }
}
