//! The trait by which an error says how to mend it.

use std::error::Error;

use crate::{Diagnostic, Fact, Place};

/// An error that explains itself. Implement it in the file that defines the error.
///
/// `Display` gives the sentence (*what*) without the text of the source; the renderer walks the chain.
pub trait Explain: Error {
    /// The stable name of the problem, `area/problem`.
    fn code(&self) -> &'static str;

    /// Where it is.
    fn place(&self) -> Option<Place> {
        None
    }

    /// Facts to print under the place, such as both sides of a comparison.
    fn facts(&self) -> Vec<Fact> {
        Vec::new()
    }

    /// Why it is a problem.
    fn why(&self) -> Option<String> {
        None
    }

    /// Ways out, each a sentence or a command that runs as it stands.
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }

    /// Everything this error has to report: itself, unless it gathers several problems.
    fn diagnostics(&self) -> Vec<Diagnostic> {
        vec![Diagnostic::of(self)]
    }
}

impl Diagnostic {
    /// Describes one error, its chain of sources walked once.
    ///
    /// A source whose text the sentence before it already ends with is left out: it would only be said twice.
    pub fn of<E: Explain + ?Sized>(error: &E) -> Self {
        let mut diagnostic = Self::new(error.code(), error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            let (text, next) = text_and_source(cause);
            let said = diagnostic.causes.last().unwrap_or(&diagnostic.what);
            if !said.ends_with(&text) {
                diagnostic.causes.push(text);
            }
            source = next;
        }
        diagnostic.place = error.place();
        diagnostic.facts = error.facts();
        diagnostic.why = error.why();
        diagnostic.hints = error.hints();
        diagnostic
    }
}

/// What a cause says, and what is behind it.
fn text_and_source<'e>(cause: &'e (dyn Error + 'static)) -> (String, Option<&'e (dyn Error + 'static)>) {
    #[cfg(feature = "postgres")]
    if let Some(error) = cause.downcast_ref::<sqlx::Error>() {
        // The driver repeats its source in its own text.
        return (crate::driver_text(error), None);
    }
    (cause.to_string(), cause.source())
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    #[derive(Debug)]
    struct Outer(Inner);
    #[derive(Debug)]
    struct Inner;
    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("cannot connect")
        }
    }
    impl fmt::Display for Inner {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("refused by postgres://dev:hunter2@localhost/app")
        }
    }
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
    impl Error for Inner {}
    impl Explain for Outer {
        fn code(&self) -> &'static str {
            "readiness/refused"
        }
    }

    #[test]
    fn the_chain_of_causes_is_walked_once() {
        let diagnostic = Diagnostic::of(&Outer(Inner));
        assert_eq!(diagnostic.what, "cannot connect");
        assert_eq!(
            diagnostic.causes,
            ["refused by postgres://dev:hunter2@localhost/app"]
        );
    }
}
