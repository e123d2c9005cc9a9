//! Seeds are development data: a protected environment gets only those that say that they are for any environment.

use super::support::Place;

fn place() -> Place {
    let place = Place::new();
    for (file, text) in [
        (
            "seeds/10_people.sql",
            "INSERT INTO a VALUES (1, 'made up') ON CONFLICT DO NOTHING;\n",
        ),
        (
            "seeds/20_countries.sql",
            "-- db-fresh: any-environment\nINSERT INTO a VALUES (2, 'real') ON CONFLICT DO NOTHING;\n",
        ),
        (
            "seeds/30_fake.sql",
            "-- DEV/TEST ONLY\nINSERT INTO a VALUES (3, 'made up') ON CONFLICT DO NOTHING;\n",
        ),
        (
            "seeds/40_more.toml",
            "# db-fresh: any-environment\n[[table]]\nname = \"a\"\nrows = [{ id = 4, note = \"real\" }]\n",
        ),
        ("seeds/50_a.csv", "id,note\n5,made up\n"),
    ] {
        place.project.write(file, text);
    }
    place
}

fn rows(place: &Place) -> String {
    place
        .ask("SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM a")
        .remove(0)
}

#[test]
fn a_protected_environment_gets_what_is_for_any_and_hears_of_the_others() {
    for environment in [
        &["--environment", "production"][..],
        &["--environment", "qa"],
        &[],
    ] {
        let place = place();
        let ended = place.run(&[&["provision"][..], environment].concat());
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert_eq!(rows(&place), "2 4", "{environment:?}");
        for file in ["10_people.sql", "30_fake.sql", "50_a.csv"] {
            let line = ended
                .stderr
                .lines()
                .find(|line| line.contains("left out") && line.contains(file));
            let line = line.unwrap_or_else(|| panic!("{file}: {}", ended.stderr));
            assert!(line.contains("is protected"), "{line}");
        }
        place.ask("DELETE FROM a; SELECT 'done'");
        let ended = place.run(&[&["seed", "--log", "json"][..], environment].concat());
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert_eq!(rows(&place), "2 4");
        let left_out: Vec<_> = ended
            .lines()
            .into_iter()
            .filter(|line| line["message"].as_str().unwrap().starts_with("left out"))
            .collect();
        assert_eq!(left_out.len(), 3, "{}", ended.stderr);
        assert!(
            left_out[0]["filename"]
                .as_str()
                .unwrap()
                .ends_with("10_people.sql")
        );
        assert!(left_out[0]["reason"].as_str().unwrap().contains("protected"));
        let dry = place.run(&[&["provision", "--dry-run"][..], environment].concat());
        assert!(
            dry.stdout.contains("then 2 files of seeds") && dry.stdout.contains("10_people.sql: it is"),
            "{}",
            dry.stdout
        );
    }
}

#[test]
fn seeds_that_are_required_are_no_way_round() {
    let place = place();
    let ended = place.run(&["provision", "--require-seed", "--environment", "production"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(rows(&place), "2 4");
}

#[test]
fn the_ledgers_mark_counts_where_nothing_is_said_and_stands_against_an_open_name() {
    let place = place();
    let migrate = ["migrate", "--yes", "--environment", "production"];
    assert_eq!(place.run(&migrate).code, 0);
    let unsaid = place.run(&["seed"]);
    assert_eq!(unsaid.code, 0, "{}", unsaid.stderr);
    assert_eq!(rows(&place), "2 4");
    assert!(
        unsaid.stderr.contains("environment `production` is protected"),
        "{}",
        unsaid.stderr
    );
    for command in [&["seed"][..], &["provision"]] {
        place.refuses(
            &[command, &["--environment", "development"]].concat(),
            3,
            "migration/environment",
        );
    }
    place
        .project
        .write("db-fresh.toml", "default_environment = \"development\"\n");
    place.refuses(&["seed"], 3, "migration/environment");
}

#[test]
fn an_open_environment_gets_what_is_not_limited_to_others() {
    for (environment, expected) in [("development", "1 2 3 4 5"), ("staging", "1 2 4 5")] {
        let place = place();
        let ended = place.run(&["provision", "--environment", environment]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert_eq!(rows(&place), expected);
    }
}
