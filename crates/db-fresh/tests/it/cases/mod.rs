//! Small folders, each with what is right for it: `*.toml` beside this file, one a kind.

use std::collections::BTreeMap;

use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;

use crate::{
    reference::{database, sql},
    support::{Project, stderr},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

/// A folder and what comes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Of the folder `migrations`; none for a project with a configuration of its own.
    format: Option<String>,
    files: BTreeMap<String, String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    expect: Expect,
    /// SQL for a database, before it is migrated; `{database}` is its name.
    setup: Option<String>,
    /// SQL for the new database of a proof, before the first migration.
    prelude: Option<String>,
    /// What is done with the database after that; a case with steps migrates in one of them.
    #[serde(default)]
    steps: Vec<Step>,
    /// Flags of `migrate`, one run after the other. Without any, a case with a probe and no steps is migrated once.
    #[serde(default)]
    runs: Vec<Vec<String>>,
    /// A query on the migrated database, and the one value that it gives.
    probe: Option<[String; 2]>,
}

/// SQL, or a run of the program; `{database}` and `{url}` are those of the database.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    sql: Option<String>,
    #[serde(default)]
    run: Vec<String>,
    /// Of the run.
    #[serde(default)]
    exit: i32,
    /// What the run says.
    #[serde(default)]
    says: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    exit: i32,
    applied: Option<u64>,
    /// How many tables the schema has.
    tables: Option<u64>,
    code: Option<String>,
    /// What the comparison of both ways to run the files comes to; `none` where there is nothing to compare.
    sessions: Option<String>,
    /// The file that depends on the session, and the one that leaves what it depends on.
    #[serde(default)]
    between: Vec<String>,
    /// What the output for people says.
    #[serde(default)]
    says: Vec<String>,
    /// What no output says.
    #[serde(default)]
    never: Vec<String>,
}

impl Expect {
    /// What is wrong with what the document says of sessions.
    fn compared(&self, found: &serde_json::Value) -> Vec<String> {
        let mut wrong = Vec::new();
        let outcome = found["outcome"].as_str().unwrap_or("none");
        if self
            .sessions
            .as_deref()
            .is_some_and(|expected| outcome != expected)
        {
            wrong.push(format!("sessions: {found}"));
        }
        if let [file, left_by] = &*self.between
            && (found["file"] != **file || found["left_by"] != **left_by)
        {
            wrong.push(format!("between: {found}"));
        }
        wrong
    }
}

impl Case {
    fn arguments<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut arguments = more.to_vec();
        if let Some(format) = &self.format {
            arguments.extend(["--migrations", "migrations", "--format", format]);
        }
        arguments
    }

    /// What is wrong with the proof of it.
    fn prove(&self, project: &Project) -> Vec<String> {
        let mut wrong = Vec::new();
        let run = |flags: &[&str]| {
            let mut command = project.command(&self.arguments(flags));
            command.envs(&self.env).output().unwrap()
        };
        let flags = match &self.prelude {
            Some(_) => &["--prelude", "prelude.sql"][..],
            None => &[],
        };
        if self.format.is_none() {
            project.run(&[&["contract", "accept"], flags].concat());
        }
        let json = run(&[flags, &["--json"]].concat());
        let reads = !self.expect.says.is_empty() || !self.expect.never.is_empty();
        let human = if reads { run(flags) } else { json.clone() };
        let said = format!("{}{}", stderr(&human), String::from_utf8_lossy(&human.stdout));
        let document: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap_or_default();
        for exit in [json.status.code(), human.status.code()] {
            if exit != Some(self.expect.exit) {
                wrong.push(format!("exit code {exit:?} instead of {}", self.expect.exit));
            }
        }
        let applied = document["migrations"]["applied"].as_u64();
        if self
            .expect
            .applied
            .is_some_and(|expected| applied != Some(expected))
        {
            wrong.push(format!("{applied:?} applied"));
        }
        let tables = document["schema"]["tables"].as_u64();
        if self
            .expect
            .tables
            .is_some_and(|expected| tables != Some(expected))
        {
            wrong.push(format!("{tables:?} tables"));
        }
        if let Some(code) = &self.expect.code {
            let errors = document["errors"].as_array().cloned().unwrap_or_default();
            if !errors.iter().any(|error| error["code"] == **code) {
                wrong.push(format!("no error {code}"));
            }
        }
        wrong.extend(self.expect.compared(&document["sessions"]));
        let missing = self.expect.says.iter().filter(|text| !said.contains(*text));
        wrong.extend(missing.map(|text| format!("`{text}` is not said")));
        let all = format!("{said}{document}");
        let shown = self.expect.never.iter().filter(|text| all.contains(*text));
        wrong.extend(shown.map(|text| format!("`{text}` is said")));
        if !wrong.is_empty() {
            wrong.push(said);
        }
        wrong
    }

    /// What is wrong with a database that is migrated.
    fn migrate(&self, project: &Project) -> Vec<String> {
        if self.probe.is_none() && self.steps.is_empty() {
            return Vec::new();
        }
        let database = database();
        let options = database.options();
        if let Some(setup) = &self.setup {
            sql(
                &options,
                &setup.replace("{database}", options.get_database().unwrap()),
            );
        }
        let url = database.url();
        let once = [Vec::new()];
        let runs = if self.runs.is_empty() && self.steps.is_empty() {
            &once[..]
        } else {
            &self.runs
        };
        for flags in runs {
            let mut arguments = self.arguments(&[
                "migrate",
                "--database-url",
                &url,
                "--yes",
                "--environment",
                "development",
            ]);
            arguments.extend(flags.iter().map(String::as_str));
            let ended = project.command(&arguments).envs(&self.env).output().unwrap();
            if !ended.status.success() {
                return vec![format!("migrate {flags:?}: {}", stderr(&ended))];
            }
        }
        for step in &self.steps {
            if let Some(wrong) = self.step(step, project, &options, &url) {
                return vec![wrong];
            }
        }
        let Some([probe, expected]) = &self.probe else {
            return Vec::new();
        };
        let found = sql(&options, probe);
        if found == [expected.clone()] {
            Vec::new()
        } else {
            vec![format!("`{probe}` gives {found:?}")]
        }
    }

    /// Takes a step, and says what is wrong with it.
    fn step(&self, step: &Step, project: &Project, options: &PgConnectOptions, url: &str) -> Option<String> {
        let filled = |text: &String| {
            text.replace("{database}", options.get_database().unwrap())
                .replace("{url}", url)
        };
        if let Some(text) = &step.sql {
            sql(options, &format!("{}; SELECT 'done'", filled(text)));
        }
        if step.run.is_empty() {
            return None;
        }
        let arguments: Vec<_> = step.run.iter().map(filled).collect();
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut command = project.command(&self.arguments(&arguments));
        if !step.run.iter().any(|argument| argument == "--database-url") {
            command.env("DATABASE_URL", url);
        }
        let ended = command
            .env("APP_ENV", "development")
            .envs(&self.env)
            .output()
            .unwrap();
        let said = format!("{}{}", stderr(&ended), String::from_utf8_lossy(&ended.stdout));
        let is_right =
            ended.status.code() == Some(step.exit) && step.says.iter().all(|text| said.contains(text));
        (!is_right).then(|| format!("{:?} ends with {:?}: {said}", step.run, ended.status.code()))
    }
}

/// Runs all cases of a file, and reports all that are wrong.
fn run(text: &str) {
    let cases: Cases = toml::from_str(text).unwrap();
    let mut wrong = Vec::new();
    for case in &cases.case {
        let files: Vec<_> = case
            .files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let project = Project::of(&files);
        if let Some(prelude) = &case.prelude {
            project.write("prelude.sql", prelude);
        }
        let mut of_case = case.prove(&project);
        of_case.extend(case.migrate(&project));
        wrong.extend(of_case.into_iter().map(|what| format!("{}: {what}", case.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn folders_of_two_formats_and_files_of_other_tools() {
    run(include_str!("formats.toml"));
}

#[test]
fn sessions() {
    run(include_str!("sessions.toml"));
}

#[test]
fn flyway() {
    run(include_str!("flyway.toml"));
}

#[test]
fn down_scripts_that_cannot_be_run() {
    run(include_str!("down_scripts.toml"));
}

#[test]
fn ledgers_and_what_is_made_of_them() {
    run(include_str!("ledger.toml"));
}

#[test]
fn statements_that_only_work_alone() {
    run(include_str!("alone.toml"));
}

#[test]
fn sessions_and_their_settings() {
    run(include_str!("session.toml"));
}
