//! Seeds and preludes run with the settings of the database, like migrations.

use crate::{
    reference::{database, sql},
    support::{Project, stderr},
};

#[test]
fn seeds_are_read_in_the_time_zone_of_the_database() {
    let database = database();
    let options = database.options();
    let name = options.get_database().unwrap();
    sql(
        &options,
        &format!(
            "ALTER DATABASE {name} SET timezone = 'America/New_York'; ALTER DATABASE {name} SET datestyle = 'DMY'"
        ),
    );
    let project = Project::of(&[
        (
            "migrations/0001_events.sql",
            "CREATE TABLE events (id int PRIMARY KEY, at timestamptz, day date);",
        ),
        (
            "seeds/0001_events.sql",
            "INSERT INTO events VALUES (1, '2024-07-01 00:00', '03/02/2024') ON CONFLICT DO NOTHING;",
        ),
        (
            "seeds/0002_events.csv",
            "id,at,day\n2,2024-07-01 00:00,03/02/2024\n",
        ),
    ]);
    let url = database.url();
    for command in ["migrate", "seed", "seed"] {
        let flags = ["--database-url", &url, "--yes", "--environment", "development"];
        let flags = if command == "seed" { &flags[..] } else { &flags };
        let mut arguments = vec![command];
        arguments.extend(
            flags
                .iter()
                .filter(|flag| command == "migrate" || **flag != "--yes"),
        );
        let ended = project.run(&arguments);
        assert!(ended.status.success(), "{command}: {}", stderr(&ended));
    }
    let found = sql(
        &options,
        "SELECT format('%s %s', at AT TIME ZONE 'UTC', day) FROM events ORDER BY id",
    );
    assert_eq!(found, ["2024-07-01 04:00:00 2024-02-03"; 2]);
}
