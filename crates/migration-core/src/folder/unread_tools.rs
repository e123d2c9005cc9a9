//! Files of tools whose format is not known here, by the lines that only those tools write. Read as plain SQL, both halves of
//! such a file would run.

use std::path::Path;

use diagnostic::Place;

use super::{
    formats::MARKERS,
    source::{FileKind, RawFile, has_comments},
};
use crate::FolderProblem;

/// A tool and one of the words that stand at the start of its comments, behind the dashes and blanks.
const OPENINGS: [(&str, &str); 10] = [
    ("Liquibase", "liquibase formatted sql"),
    ("MyBatis Migrations", "//@undo"),
    ("MyBatis Migrations", "@undo"),
    ("Play evolutions", "!ups"),
    ("Play evolutions", "!downs"),
    ("Graphile Migrate", "! previous:"),
    ("Graphile Migrate", "!include "),
    ("Atlas", "atlas:txtar"),
    ("Atlas", "atlas:import"),
    ("Atlas", "atlas:checkpoint"),
];

/// What parts of a file are called.
const PARTS: [&str; 7] = ["up", "down", "ups", "downs", "undo", "rollback", "revert"];

/// The first line of each file that only a tool writes that is not known here.
pub(super) fn check(dir: &Path, files: &[RawFile]) -> Vec<FolderProblem> {
    let sql = files
        .iter()
        .filter(|file| file.kind() == FileKind::Sql && has_comments(&file.bytes));
    sql.filter_map(|file| check_file(dir, file)).collect()
}

fn check_file(dir: &Path, file: &RawFile) -> Option<FolderProblem> {
    let text = String::from_utf8_lossy(&file.bytes);
    let text = text.trim_start_matches('\u{feff}');
    let (line, tool) = text
        .lines()
        .enumerate()
        .find_map(|(line, text)| Some((line, tool(text)?)))?;
    let mut place = Place::file(dir.join(&file.relative).display().to_string());
    place.line = Some(line + 1);
    Some(FolderProblem::CannotRun {
        place,
        what: format!(
            "line {} is a marker of {tool}, whose format is not supported",
            line + 1
        ),
    })
}

/// The tool that alone writes such a line.
fn tool(line: &str) -> Option<String> {
    if MARKERS.iter().any(|(_, is_marker)| is_marker(line)) {
        return None;
    }
    let words = line.trim_start();
    let words = words
        .strip_prefix('#')
        .map_or(words, str::trim_start)
        .strip_prefix("--")?;
    let words = words
        .trim_start_matches(|c: char| c == '-' || c.is_whitespace())
        .to_lowercase();
    let known = OPENINGS.iter().find(|(_, opening)| words.starts_with(opening));
    if let Some((tool, _)) = known {
        return Some((*tool).to_owned());
    }
    let mut rest = words.split_whitespace();
    let (first, second) = (rest.next()?, rest.next());
    if first == "changeset" && second.is_some_and(|id| id.contains(':')) {
        return Some("Liquibase".into());
    }
    let (third, fourth) = (rest.next(), rest.next());
    let names_change =
        matches!(first, "deploy" | "revert" | "verify") && second.is_some_and(|it| it.contains(':'));
    if names_change && matches!(third, Some("to" | "from" | "on")) && fourth == Some("pg") {
        return Some("Sqitch".into());
    }
    if first == "rambler" && second.is_some_and(|part| PARTS.contains(&part)) {
        return Some("rambler".into());
    }
    // `-- +tool Up`, as goose, sql-migrate and micrate have it.
    let after_plus = first.strip_prefix('+').filter(|tool| !tool.is_empty());
    if let Some(tool) = after_plus.filter(|_| second.is_some_and(|part| PARTS.contains(&part))) {
        return (!matches!(tool, "goose" | "migrate")).then(|| format!("`{tool}`"));
    }
    // `-- tool:up`, as dbmate has it, and `-- @up`.
    let (tool, part) = first
        .split_once(':')
        .or_else(|| Some(("", first.strip_prefix('@')?)))?;
    let is_word = tool.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    if !is_word || tool == "migrate" || !PARTS.contains(&part) || second.is_some() {
        return None;
    }
    Some(if tool.is_empty() {
        "another tool".into()
    } else {
        format!("`{tool}`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_known_by_its_lines() {
        for (line, expected) in [
            ("-- +micrate Up", "`micrate`"),
            ("--+micrate Down", "`micrate`"),
            ("-- rambler up", "rambler"),
            ("-- //@UNDO", "MyBatis Migrations"),
            ("--//@UNDO", "MyBatis Migrations"),
            ("--liquibase formatted sql", "Liquibase"),
            ("-- changeset somebody:1 runOnChange:true", "Liquibase"),
            ("# --- !Ups", "Play evolutions"),
            ("-- !Downs", "Play evolutions"),
            ("-- evolve:down", "`evolve`"),
            ("-- @down", "another tool"),
            ("-- Deploy flipr:users to pg", "Sqitch"),
            ("-- Revert flipr:users from pg", "Sqitch"),
            ("--! Previous: sha1:2a", "Graphile Migrate"),
            ("--!include functions/a.sql", "Graphile Migrate"),
            ("-- atlas:txtar", "Atlas"),
        ] {
            assert_eq!(tool(line).as_deref(), Some(expected), "{line}");
        }
        for line in [
            "-- +goose Up",
            "-- migrate:up",
            "-- +migrate Up",
            "-- rambler roses",
            "-- note: down here",
            "-- see +x",
            "-- a changeset: of things",
            "-- time is up",
            "-- deploy: to all servers",
            "-- previous: see 0001",
            "-- atlas:txmode none",
            "SELECT '-- +micrate Up';",
        ] {
            assert_eq!(tool(line), None, "{line}");
        }
    }
}
