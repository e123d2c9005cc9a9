//! The seeds of this repository, on its own migrations: applied, applied again, and held to fixed sums.

use std::{fs, path::Path};

use seeding::{FolderConfig, Seeds, apply, verify_unchanged};

use crate::support::{Fixture, config, execute};

#[tokio::test]
async fn the_seeds_of_this_repository_are_idempotent() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut fixture = Fixture::new("").await;
    for component in ["operational", "analytics"] {
        let mut files: Vec<_> = fs::read_dir(root.join("migrations").join(component))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().ends_with(".up.sql"))
            .collect();
        files.sort();
        for file in files {
            // Each file is sent by itself, so that those that build an index concurrently are in no transaction.
            execute(&mut fixture.conn, &fs::read_to_string(file).unwrap()).await;
        }
    }
    for component in ["operational", "analytics"] {
        let seeds = Seeds::from_dir(
            component,
            &root.join("seeds").join(component),
            &FolderConfig::default(),
        )
        .unwrap();
        let first = apply(&mut fixture.conn, &seeds, &config(), &mut |_| ())
            .await
            .unwrap();
        assert!(first.totals().inserted > 0);
        verify_unchanged(&mut fixture.conn, &seeds, &config(), &mut |_| ())
            .await
            .unwrap();
        let second = apply(&mut fixture.conn, &seeds, &config(), &mut |_| ())
            .await
            .unwrap();
        assert_eq!((second.totals().inserted, second.totals().updated), (0, 0));
    }
    let sums = "SELECT count(*)::text || ' ' || sum(total_tokens)::text FROM usage_events";
    assert_eq!(fixture.text(sums).await, "480 690600");
    let rolled = fixture
        .count("SELECT sum(requests)::int8 FROM analytics.daily_usage")
        .await;
    assert_eq!(rolled, 480);
}
