//! Files that are not regular files, and files that are too large: every place where a file is named refuses them by name, at once.

use std::{
    fs::{self, File},
    os::unix::{fs::symlink, net::UnixListener},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::{Project, stderr};

/// Much longer than the program needs, and much shorter than it would wait for a pipe.
const AT_ONCE: Duration = Duration::from_secs(5);

const CONSUMER: &str = "\
[[component]]
name = \"app\"

[[consumer]]
name = \"billing\"
queries = \"queries\"
expectations = \"billing.toml\"

[[consumer]]
name = \"dashboard\"
queries = \"dashboard/.sqlx\"
";

/// What lies where a file is expected.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Pipe,
    LinkToDevice,
    Socket,
    Sparse,
    Folder,
    Loop,
}

const KINDS: [(Kind, &str); 6] = [
    (Kind::Pipe, "it is a named pipe, not a regular file"),
    (Kind::LinkToDevice, "it is a device, not a regular file"),
    (Kind::Socket, "it is a socket, not a regular file"),
    (Kind::Sparse, "it has 9.3 GiB, and the limit is"),
    (Kind::Folder, "it is a folder, not a regular file"),
    (Kind::Loop, "symbolic links"),
];

impl Kind {
    fn make(self, path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match self {
            Self::Pipe => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
            Self::LinkToDevice => symlink("/dev/zero", path).unwrap(),
            // A path of a socket may be no longer than about 100 bytes; the folders of tests are shorter.
            Self::Socket => drop(UnixListener::bind(path).unwrap()),
            Self::Sparse => File::create(path).unwrap().set_len(10_000_000_000).unwrap(),
            Self::Folder => fs::create_dir(path).unwrap(),
            Self::Loop => symlink(path, path).unwrap(),
        }
    }

    fn remove(self, path: &Path) {
        match self {
            Self::Folder => fs::remove_dir(path).unwrap(),
            _ => fs::remove_file(path).unwrap(),
        }
    }
}

fn project() -> Project {
    let project = Project::without_contracts();
    project.write("db-fresh.toml", CONSUMER);
    project.write("queries/a.sql", "SELECT 1;\n");
    project.write("dashboard/.sqlx/README.md", "");
    project.write("billing.toml", "");
    project
}

/// Runs the program, which has to end at once, and gives what it says.
fn refusal(project: &Project, arguments: &[&str]) -> String {
    let begun = Instant::now();
    let mut child = project
        .command(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > AT_ONCE {
            child.kill().unwrap();
            panic!("{arguments:?} does not end");
        }
        std::thread::yield_now();
    }
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success(), "{arguments:?}");
    stderr(&output)
}

fn refused_everywhere(project: &Project, places: &[(&str, &[&str])]) {
    for (place, arguments) in places {
        let path = project.path().join(place);
        let before = fs::read(&path).ok();
        for (kind, reason) in KINDS {
            let _ = fs::remove_file(&path);
            kind.make(&path);
            let said = refusal(project, arguments);
            let name = path.file_name().unwrap().to_str().unwrap();
            // What is looked for before it is read is not there where a link leads to itself.
            let missing = matches!(kind, Kind::Loop) && said.contains("is not there");
            assert!(said.contains(reason) || missing, "{kind:?} at {place}:\n{said}");
            assert!(said.contains(name), "{kind:?} at {place}:\n{said}");
            kind.remove(&path);
        }
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
    }
}

#[test]
fn the_files_of_a_project_are_regular_files() {
    let proof: &[&str] = &["db-fresh"];
    refused_everywhere(
        &project(),
        &[
            ("migrations/app/0002_create_posts.up.sql", proof),
            ("migrations/app/0002_create_posts.down.sql", proof),
            ("migrations/app/flyway.conf", proof),
            ("seeds/app/10_users.sql", proof),
            ("seeds/app/20_users.toml", proof),
            ("seeds/app/30_users.csv", proof),
            ("queries/a.sql", proof),
            ("dashboard/.sqlx/query-a.json", proof),
            ("billing.toml", proof),
            ("db-fresh.toml", proof),
        ],
    );
}

#[test]
fn files_that_a_flag_names_are_regular_files() {
    refused_everywhere(
        &project(),
        &[
            ("prelude.sql", &["db-fresh", "--prelude", "prelude.sql"]),
            ("migrate.env", &["db-fresh", "--env", "migrate.env"]),
            ("other/0001_a.sql", &["db-fresh", "--migrations", "other"]),
        ],
    );
}

#[test]
fn a_source_of_a_comparison_is_a_regular_file() {
    let project = project();
    let path = project.path().join("a.contract.snap");
    // A folder is a source of its own, and a link that leads nowhere is no source.
    for (kind, reason) in &KINDS[..4] {
        kind.make(&path);
        let said = refusal(
            &project,
            &["contract", "diff", "a.contract.snap", "a.contract.snap"],
        );
        assert!(said.contains(reason), "{kind:?}:\n{said}");
        kind.remove(&path);
    }
}

#[test]
fn the_limit_of_size_is_a_setting() {
    let project = project();
    project.write(
        "db-fresh.toml",
        "max_file_size = \"16 bytes\"\n[[component]]\nname = \"app\"\n",
    );
    let said = refusal(&project, &["db-fresh"]);
    assert!(said.contains("and the limit is 16 bytes"), "{said}");
    assert!(said.contains("10_users.sql"), "{said}");
    assert!(
        said.contains("`max_file_size = \"1 GiB\"` in `db-fresh.toml`"),
        "{said}"
    );
    project.write("prelude.sql", "SELECT 'longer than that';");
    project.write("db-fresh.toml", "max_file_size = \"a lot\"\n");
    let said = refusal(&project, &["db-fresh"]);
    assert!(said.contains("`a lot` is not a size"), "{said}");
}

#[test]
fn a_folder_of_queries_that_leads_to_itself_is_read_once() {
    let project = project();
    symlink("..", project.path().join("queries/up")).unwrap();
    symlink(".", project.path().join("queries/here")).unwrap();
    project.write("queries/b.sql/c.sql", "SELECT 1;");
    let said = refusal(&project, &["db-fresh"]);
    assert!(said.contains("it is a folder, not a regular file"), "{said}");
}
