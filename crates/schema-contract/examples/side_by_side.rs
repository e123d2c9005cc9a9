//! Runs the tests' mutations and equal pairs through this crate, through `pg_dump --schema-only` and through any other tool,
//! and counts what each notices: `cargo run --example side_by_side -- postgres:///postgres 'NAME=COMMAND'…`.
//!
//! A command runs all along. For each line with the URLs of two databases it prints a line with `equal`, `different` or
//! `failed`; other lines are passed over. The databases are made on that server and dropped. `checks/side_by_side.sh` names
//! the tools.
#![expect(clippy::print_stdout, reason = "an example for the command line")]

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use schema_contract::{Scope, snapshot};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const BASE: &str = include_str!("../tests/it/base.sql");
const MUTATIONS: &str = include_str!("../tests/it/mutations.sql");
const PAIRS: &str = include_str!("../tests/it/equal.sql");
const BEFORE: &str = "side_by_side_before";
const AFTER: &str = "side_by_side_after";

struct Server {
    options: PgConnectOptions,
    conn: PgConnection,
    major: u32,
    tools: Vec<Tool>,
}

struct Tool {
    name: String,
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// How often each notices a difference, in the order of [`Server::names`], and how often it fails.
struct Counts {
    all: usize,
    noticed: Vec<usize>,
    failed: Vec<usize>,
}

/// What one says of two databases.
#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Equal,
    Different,
    Failed,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments
        .next()
        .ok_or("name a database of a server: postgres:///postgres")?;
    let tools = arguments.map(|argument| Tool::start(&argument));
    let options: PgConnectOptions = url.parse()?;
    let conn = options.connect().await?;
    let major = conn.server_version_num().unwrap_or_default() / 10_000;
    let mut server = Server {
        options,
        conn,
        major,
        tools: tools.collect::<Result<_>>()?,
    };
    let result = count(&mut server).await;
    for tool in &mut server.tools {
        tool.process.kill()?;
        tool.process.wait()?;
    }
    server.drop(AFTER).await?;
    server.drop(BEFORE).await?;
    result
}

async fn count(server: &mut Server) -> Result<()> {
    server.create(BEFORE, "template0", BASE).await?;
    let mut counts = Counts::new(server);
    for case in format!("\n{MUTATIONS}").split("\n-- ").skip(1) {
        let (title, sql) = case.split_once('\n').ok_or("a mutation without statements")?;
        let since = title
            .split_once(" since ")
            .map_or(Ok(0), |(_, since)| since.parse::<u32>())?;
        if since > server.major {
            continue;
        }
        server.create(AFTER, BEFORE, sql).await?;
        counts.take(server, Verdict::Different, sql.trim()).await?;
    }
    counts.print("mutations noticed", server);
    let mut counts = Counts::new(server);
    for pair in PAIRS.split("-- == ").skip(1) {
        let (title, histories) = pair.split_once('\n').ok_or("a pair without statements")?;
        let (one, other) = histories.split_once("-- versus\n").ok_or("a pair of one")?;
        server.create(BEFORE, "template0", one).await?;
        server.create(AFTER, "template0", other).await?;
        counts.take(server, Verdict::Equal, title).await?;
    }
    counts.print("equal pairs called different", server);
    Ok(())
}

impl Tool {
    /// Starts `NAME=COMMAND`.
    fn start(argument: &str) -> Result<Self> {
        let (name, command) = argument.split_once('=').ok_or("a tool is NAME=COMMAND")?;
        let words: Vec<&str> = command.split(' ').collect();
        let mut process = Command::new(words[0])
            .args(&words[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (questions, answers) = (process.stdin.take(), process.stdout.take());
        Ok(Self {
            name: name.to_owned(),
            process,
            questions: questions.ok_or("it cannot be asked")?,
            answers: BufReader::new(answers.ok_or("it cannot answer")?),
        })
    }

    fn answer(&mut self) -> Result<Verdict> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.answers.read_line(&mut line)? == 0 {
                return Err(format!("{} has ended", self.name).into());
            }
            match line.trim_end() {
                "equal" => return Ok(Verdict::Equal),
                "different" => return Ok(Verdict::Different),
                "failed" => return Ok(Verdict::Failed),
                _ => {}
            }
        }
    }
}

impl Counts {
    fn new(server: &Server) -> Self {
        let nothing = vec![0; server.names().len()];
        Self {
            all: 0,
            noticed: nothing.clone(),
            failed: nothing,
        }
    }

    /// Asks all about both databases, and says who is wrong.
    async fn take(&mut self, server: &mut Server, right: Verdict, case: &str) -> Result<()> {
        self.all += 1;
        for (at, verdict) in server.verdicts().await?.into_iter().enumerate() {
            self.noticed[at] += usize::from(verdict == Verdict::Different);
            self.failed[at] += usize::from(verdict == Verdict::Failed);
            if verdict != right {
                let how = if verdict == Verdict::Failed {
                    "fails at"
                } else {
                    "is wrong about"
                };
                println!("{} {how}: {case}", server.names()[at]);
            }
        }
        Ok(())
    }

    fn print(&self, what: &str, server: &Server) {
        for (at, name) in server.names().iter().enumerate() {
            let (noticed, failed) = (self.noticed[at], self.failed[at]);
            println!(
                "{what}: {noticed} of {} by {name}, which fails at {failed}",
                self.all
            );
        }
    }
}

impl Server {
    fn names(&self) -> Vec<&str> {
        let tools = self.tools.iter().map(|tool| tool.name.as_str());
        ["schema-contract", "pg_dump"].into_iter().chain(tools).collect()
    }

    async fn create(&mut self, name: &str, template: &str, sql: &str) -> Result<()> {
        self.drop(name).await?;
        // A tool may be slow to leave, and a database that somebody is in is no template.
        let leave = format!(
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = '{template}'"
        );
        sqlx::raw_sql(AssertSqlSafe(leave))
            .execute(&mut self.conn)
            .await?;
        let make = format!("CREATE DATABASE {name} TEMPLATE {template}");
        sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut self.conn).await?;
        let mut conn = self.options.clone().database(name).connect().await?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await?;
        Ok(conn.close().await?)
    }

    async fn drop(&mut self, name: &str) -> Result<()> {
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.conn).await?;
        Ok(())
    }

    async fn verdicts(&mut self) -> Result<Vec<Verdict>> {
        let verdict = |equal| {
            if equal { Verdict::Equal } else { Verdict::Different }
        };
        // All of them work at the same time.
        let question = format!("{} {}\n", self.url(BEFORE), self.url(AFTER));
        for tool in &mut self.tools {
            tool.questions.write_all(question.as_bytes())?;
        }
        let (one, other) = (self.dump(BEFORE)?, self.dump(AFTER)?);
        let ours = verdict(self.ours(BEFORE).await? == self.ours(AFTER).await?);
        let mut verdicts = vec![ours, verdict(dumped(one)? == dumped(other)?)];
        for tool in &mut self.tools {
            verdicts.push(tool.answer()?);
        }
        Ok(verdicts)
    }

    async fn ours(&self, name: &str) -> Result<String> {
        let mut conn = self.options.clone().database(name).connect().await?;
        let text = snapshot(&mut conn, &Scope::default()).await?.to_text();
        conn.close().await?;
        Ok(text)
    }

    fn dump(&self, name: &str) -> Result<Child> {
        let child = Command::new("pg_dump")
            .args(["--schema-only", "--create", "--dbname", &self.url(name)])
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(child)
    }

    fn url(&self, name: &str) -> String {
        let mut url = self.options.to_url_lossy();
        url.set_path(name);
        // What only sqlx understands would be refused by the others.
        url.set_query(None);
        // One of them knows the scheme by its long name alone.
        url.as_str().replacen("postgres://", "postgresql://", 1)
    }
}

/// What `pg_dump` wrote. Its fresh key on every run would make every dump different from every other, and so would the
/// database's name.
fn dumped(dump: Child) -> Result<String> {
    let output = dump.wait_with_output()?;
    if !output.status.success() {
        return Err("pg_dump failed".into());
    }
    let dump = String::from_utf8(output.stdout)?;
    let dump = dump
        .replace(BEFORE, "side_by_side")
        .replace(AFTER, "side_by_side");
    let kept = dump
        .lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
    Ok(kept.collect::<Vec<_>>().join("\n"))
}
