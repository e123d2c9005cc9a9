//! The order of components: each after those it comes `after`.

use std::collections::BTreeSet;

use super::problem::ProjectProblem;
use crate::{config::Component, error::Error};

/// All components in an order that respects `after`, or the named one and those it needs.
///
/// Among components that are free to go, the configured order decides, so that the result is stable.
pub(super) fn ordered<'c>(all: &'c [Component], only: Option<&str>) -> Result<Vec<&'c Component>, Error> {
    let wanted = match only {
        None => all.iter().map(|component| component.name.as_str()).collect(),
        Some(name) => needed(all, name)?,
    };
    let mut waiting: Vec<_> = all
        .iter()
        .filter(|component| wanted.contains(component.name.as_str()))
        .collect();
    let mut order: Vec<&Component> = Vec::new();
    while !waiting.is_empty() {
        let done: BTreeSet<_> = order.iter().map(|component| component.name.as_str()).collect();
        let free = |component: &&Component| component.after.iter().all(|name| done.contains(name.as_str()));
        let Some(next) = waiting.iter().position(free) else {
            return Err(cycle(&waiting));
        };
        order.push(waiting.remove(next));
    }
    Ok(order)
}

/// The component and, transitively, what it comes after.
fn needed<'c>(all: &'c [Component], name: &str) -> Result<BTreeSet<&'c str>, Error> {
    let find = |name: &str| all.iter().find(|component| component.name == name);
    let mut open = vec![find(name).ok_or_else(|| unknown(all, name))?];
    let mut needed = BTreeSet::new();
    while let Some(component) = open.pop() {
        if needed.insert(component.name.as_str()) {
            open.extend(component.after.iter().filter_map(|before| find(before)));
        }
    }
    Ok(needed)
}

fn unknown(all: &[Component], name: &str) -> Error {
    let known = all.iter().map(|component| component.name.clone()).collect();
    let name = name.to_owned();
    ProjectProblem::UnknownComponent { name, known }.into()
}

fn cycle(waiting: &[&Component]) -> Error {
    let names = waiting.iter().map(|component| component.name.clone()).collect();
    ProjectProblem::ComponentCycle { names }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn names(order: &[&Component]) -> Vec<String> {
        order.iter().map(|component| component.name.clone()).collect()
    }

    #[test]
    fn what_a_component_comes_after_goes_first_and_the_rest_stays_as_configured() {
        let all = [
            Component::new("reports", &[], &["rollups"]),
            Component::new("rollups", &[], &["base"]),
            Component::new("other", &[], &[]),
            Component::new("base", &[], &[]),
        ];
        assert_eq!(
            names(&ordered(&all, None).unwrap()),
            ["other", "base", "rollups", "reports"]
        );
        assert_eq!(
            names(&ordered(&all, Some("rollups")).unwrap()),
            ["base", "rollups"]
        );
    }

    #[test]
    fn a_circle_and_an_unknown_name_are_wrong_usage() {
        let all = [Component::new("a", &[], &["b"]), Component::new("b", &[], &["a"])];
        let circle = ordered(&all, None).unwrap_err();
        assert_eq!(
            (circle.exit(), circle.diagnostics()[0].code),
            (Exit::Usage, "config/component-cycle")
        );
        let unknown = ordered(&all, Some("bb")).unwrap_err();
        assert!(unknown.diagnostics()[0].hints[0].contains("`b`"));
    }
}
