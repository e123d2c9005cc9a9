//! What is refused by name before anything runs: copies that only psql can make, and names that are paths.

use crate::support::{Project, stderr};

/// The exit code and the message of a proof.
fn proof(project: &Project, arguments: &[&str]) -> (i32, String) {
    let output = project.run(&[&["db-fresh"][..], arguments].concat());
    (output.status.code().unwrap(), stderr(&output))
}

#[test]
fn a_copy_to_or_from_the_client_is_refused_with_its_line() {
    for copy in [
        "COPY users TO stdout",
        "copy (SELECT 1) to STDOUT with (format csv)",
        "COPY users FROM STDIN",
    ] {
        for (file, code) in [
            ("migrations/app/0011_copy.up.sql", 3),
            ("migrations/app/0010_index_posts.down.sql", 3),
            ("seeds/app/20_copy.sql", 6),
        ] {
            let project = Project::new();
            project.write(file, &format!("SELECT 1;\n{copy};\n"));
            let (found, said) = proof(&project, &[]);
            assert_eq!(found, code, "{copy} in {file}: {said}");
            assert!(said.contains(&format!("{file}:2")), "{copy} in {file}: {said}");
            assert!(said.contains("`COPY … "), "{copy} in {file}: {said}");
            // What a down script says matters when it is to run: it keeps nothing from being applied.
            let is_down = file.ends_with(".down.sql");
            assert_eq!(
                said.contains("acquire"),
                is_down,
                "before a server is acquired: {said}"
            );
        }
        let project = Project::new();
        project.write("prelude.sql", &format!("SELECT 1;\n{copy};\n"));
        let (found, said) = proof(&project, &["--prelude", "prelude.sql"]);
        assert_eq!(found, 4, "{said}");
        assert!(
            said.contains("prelude.sql:2") && said.contains("`COPY … "),
            "{said}"
        );
    }
}

#[test]
fn a_component_whose_name_is_a_path_is_refused() {
    for name in [
        "../x",
        "a/b",
        "/etc",
        ".",
        "..",
        "",
        " ",
        "a\\u0000b",
        "a\\nb",
        "a\\\\b",
    ] {
        let project = Project::of(&[("db-fresh.toml", &format!("[[component]]\nname = \"{name}\"\n"))]);
        for words in [&["db-fresh"][..], &["new", "x"], &["contract", "accept"]] {
            let output = project.run(words);
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(64), "{name}: {said}");
            assert!(said.contains("[config/bad-name]"), "{name}: {said}");
            assert!(said.contains("db-fresh.toml:"), "{name}: {said}");
        }
    }
    let project = Project::without_contracts();
    for name in ["../app", "app/", "./app", ""] {
        let (code, said) = proof(&project, &["--component", name]);
        assert_eq!(code, 64, "{name}: {said}");
    }
}
