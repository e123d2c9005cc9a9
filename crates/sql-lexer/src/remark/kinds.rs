//! The kinds of things that a line of a comment can say about its file.

/// What a line of a comment says about the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The file runs in these environments alone, by their canonical names: `db-fresh: only dev,test`, `DEV/TEST ONLY`.
    Only(Vec<String>),
    /// Another directive, which the reader of the file knows or does not know.
    Directive {
        /// Its first word, in lower case.
        name: String,
        /// What follows, as it is written.
        value: String,
    },
    /// It is nearly a directive or a marker.
    Near {
        /// What is probably meant, as it has to be written.
        nearest: String,
    },
}

impl Remark {
    pub(super) fn near(nearest: &str) -> Self {
        Self::Near {
            nearest: nearest.to_owned(),
        }
    }
}
