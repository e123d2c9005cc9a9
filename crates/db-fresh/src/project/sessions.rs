//! Whether the files of a run share a session: one answer for all components of the run, since they run one after the other.

use super::problem::ProjectProblem;
use crate::{
    config::{Component, Sessions},
    error::Error,
};

/// What a flag says, or else what all of these components say; nothing where none of them says anything.
pub(super) fn of(components: &[&Component], flag: Option<Sessions>) -> Result<Option<Sessions>, Error> {
    if flag.is_some() {
        return Ok(flag);
    }
    let is_kept = |component: &&&Component| component.sessions == Some(Sessions::Kept);
    let (kept, isolated): (Vec<_>, Vec<_>) = components.iter().copied().partition(|one| is_kept(&one));
    if let ([kept, ..], [isolated, ..]) = (&*kept, &*isolated) {
        let (kept, isolated) = (kept.name.clone(), isolated.name.clone());
        return Err(ProjectProblem::MixedSessions { kept, isolated }.into());
    }
    Ok(components.iter().find_map(|component| component.sessions))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn component(name: &str, sessions: Option<Sessions>) -> Component {
        let mut component = Component::new(name, &[], &[]);
        component.sessions = sessions;
        component
    }

    #[test]
    fn components_of_one_run_agree() {
        let kept = Some(Sessions::Kept);
        let (a, b) = (component("a", kept), component("b", kept));
        let (c, d) = (component("c", None), component("d", Some(Sessions::Isolated)));
        assert_eq!(of(&[&a, &b], None).unwrap(), kept);
        assert_eq!(of(&[&c], None).unwrap(), None);
        assert_eq!(of(&[&c, &d], None).unwrap(), Some(Sessions::Isolated));
        assert_eq!(of(&[&a, &c], kept).unwrap(), kept);
        let mixed = of(&[&c, &a], None).unwrap_err();
        assert_eq!(
            (mixed.exit(), mixed.diagnostics()[0].code),
            (Exit::Usage, "config/mixed-sessions")
        );
    }
}
