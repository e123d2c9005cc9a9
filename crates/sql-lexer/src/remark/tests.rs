//! Which lines say something about their file: those that count, those that are nearly right, and prose.

use super::{Remark, remark};

#[test]
fn a_marker_counts_with_the_spacing_and_the_frames_that_people_draw() {
    for line in [
        "DEV/TEST ONLY",
        "dev/test only",
        "DEV/TEST  ONLY",
        "DEV/TEST\tONLY",
        "DEV/TEST\u{a0}ONLY",
        "DEV/TEST\u{2003}ONLY",
        "DEV/TEST\u{3000}ONLY",
        "DEV / TEST ONLY",
        "DEV / TEST  ONLY --",
        "[DEV/TEST ONLY]",
        "(DEV/TEST ONLY)",
        "=== DEV/TEST ONLY ===",
        "###### DEV/TEST ONLY ######",
        "║ DEV/TEST ONLY ║",
        "⚠\u{fe0f} DEV/TEST ONLY ⚠\u{fe0f}",
        "WARNING: DEV/TEST ONLY",
        "!!! IMPORTANT - NOTE: DEV/TEST ONLY !!!",
        "DEV/TEST ONLY: clears data",
        "DEV/TEST ONLY clears data",
        "DEV/TEST ONLY.",
        "\u{feff}DEV/TEST ONLY",
        "D\u{200b}EV/TE\u{ad}ST ONLY",
        "\u{ff24}\u{ff25}\u{ff36}\u{ff0f}\u{ff34}\u{ff25}\u{ff33}\u{ff34} \u{ff2f}\u{ff2e}\u{ff2c}\u{ff39}",
        "DEV\u{2215}TEST ONLY",
        "D\u{415}V/T\u{415}ST ONLY",
        "db-fresh: only dev,test",
        "DB-Fresh : only Development, CI",
        "db-fresh:only dev test",
        "[db-fresh: only dev,test]",
        "db\u{2011}fresh\u{ff1a} only dev,test",
        "=== db-fresh: ONLY DEV, TEST ===",
    ] {
        let expected = Remark::Only(vec!["dev".into(), "test".into()]);
        assert_eq!(remark(line), Some(expected), "{line}");
    }
    assert_eq!(
        remark("db-fresh: only Staging"),
        Some(Remark::Only(vec!["staging".into()]))
    );
}

#[test]
fn what_is_nearly_a_marker_is_told_apart_from_one() {
    for line in [
        "DEV/TEST-ONLY",
        "DEV/TEST_ONLY",
        "DEV-TEST-ONLY",
        "DEV\\TEST ONLY",
        "DEV|TEST ONLY",
        "DEV ONLY",
        "dev-only",
        "DevOnly",
        "TEST ONLY",
        "DEV & TEST ONLY",
        "DEV AND TEST ONLY",
        "DEV, TEST ONLY",
        "TEST/DEV ONLY",
        "DEVELOPMENT/TEST ONLY",
        "DEV/TESTING ONLY",
        "DEV/TEST",
        "DEV/TEST ONLYISH",
        "DEV/TEST ONLYY",
        "DEV/TSET ONLY",
        "DVE/TEST ONLY",
        "DEV/TEST ONYL",
        "DEV/TESTONLY",
        "D E V / T E S T   O N L Y",
        "ONLY DEV/TEST",
        "only for dev",
        "for testing only",
        "Development only",
        "developement only",
        "local environment only",
        "DEV ONLY: clears data",
        "DEV ONLY clears data",
        "[DEV ONLY] clears data",
        "dev only - clears data",
        "WARNING: DEV ONLY",
        "NOT FOR PRODUCTION",
        "Do not run in production!",
        "never run this in prod",
        "only: dev",
        "@only: dev",
        "env = test",
        "ProfAura \u{2014} DEV SEED (sample/demo data) \u{2014} NOT for production",
        "Fake users - DEV ONLY",
        "Development only: Create a test user without auth",
        "\u{26a0}\u{fe0f} LOCAL ONLY \u{2014} remove before release",
        "DEV ONLY \u{2014} DO NOT RUN IN PROD",
        "TEST ONLY. Runs migration 011 and checks it on made-up rows",
        "TEST ONLY: minimal legacy dependencies; never run on an existing/remote database.",
        "environment: dev, test",
        "Clears data. DEV/TEST ONLY",
        "see below - DEV / TEST ONLY",
    ] {
        let nearest = "DEV/TEST ONLY".to_owned();
        assert_eq!(remark(line), Some(Remark::Near { nearest }), "{line}");
    }
}

#[test]
fn what_is_nearly_a_directive_is_told_the_nearest_one() {
    let only = "db-fresh: only dev,test";
    for (line, nearest) in [
        ("db_fresh: only dev", only),
        ("dbfresh: only dev", only),
        ("db fresh: only dev", only),
        ("db-fresch: only dev", only),
        ("db-fresh only dev", only),
        ("dbfresh only dev", only),
        ("db-fresh; only dev", only),
        ("db-fresh = only dev", only),
        ("db-fresh: only", only),
        ("db-fresh: only dev and test", only),
        ("db-fresh: only dev: clears data", only),
        ("run it with db-fresh: only dev", only),
        ("db_fresh: no-transaction", "db-fresh: no-transaction"),
        ("db-fresh no transaction", "db-fresh: no-transaction"),
        ("db-fresh no-transactoin", "db-fresh: no-transaction"),
        ("dbfresh: any environment", "db-fresh: any-environment"),
    ] {
        let nearest = nearest.to_owned();
        assert_eq!(remark(line), Some(Remark::Near { nearest }), "{line}");
    }
}

#[test]
fn a_directive_is_taken_as_it_is_written() {
    for (line, name, value) in [
        ("db-fresh: no-transaction", "no-transaction", ""),
        ("db-fresh:No-Transaction", "no-transaction", ""),
        ("db-fresh: no-transactoin", "no-transactoin", ""),
        ("db-fresh: onyl dev", "onyl", "dev"),
        ("db-fresh:", "", ""),
        ("db-fresh: only=dev", "only=dev", ""),
        ("db-fresh: only: dev", "only:", "dev"),
        (
            "db-fresh: email-hash ada = Ada at example.org",
            "email-hash",
            "ada = Ada at example.org",
        ),
    ] {
        let (name, value) = (name.to_owned(), value.to_owned());
        assert_eq!(remark(line), Some(Remark::Directive { name, value }), "{line}");
    }
}

#[test]
fn prose_that_mentions_tests_is_prose() {
    for line in [
        "used only in development of the index",
        "test only the first row",
        "only test users have this flag",
        "This column is for testing only",
        "Only the last test counts",
        "text only",
        "read only",
        "Development of the index",
        "test data",
        "tests",
        "Production data has NULL here",
        "not NULL in production yet",
        "not DEV/TEST ONLY",
        "see the marker `DEV/TEST ONLY`",
        "written as `-- db-fresh: only dev,test`",
        "only for debug",
        "Safe to rename in place; no production",
        "Adds the flag of the mock login (test only)",
        "see the notes - local only matters here",
        "environment = 'test'",
        "WHERE environment = 'production'",
        "environment: dev, staging, production",
        "db-fresh runs this first",
        "refresh: the view is rebuilt",
        "refresh only the local view",
        "the test only covers dev users",
        "local time only matters here",
        "live only as long as the session lives",
        "",
    ] {
        assert_eq!(remark(line), None, "{line}");
    }
}

#[test]
fn a_line_of_any_length_is_read_in_time_linear_in_it() {
    let begun = std::time::Instant::now();
    for piece in [
        "only dev ",
        "db-fresh",
        "db-fresh: ",
        "developmen",
        "dev/test only ",
        "not dev/test only ",
        "-",
        "\u{200b}",
        "а",
    ] {
        let line = piece.repeat(100_000 / piece.len());
        let _ = remark(&line);
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(10));
}
