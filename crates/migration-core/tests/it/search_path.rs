//! No search path and no object of somebody's own changes what the ledger's statements mean: in every test here the path leads first to
//! a schema that has every function, every operator and every type of the server under the same name, and all of them fail.

use ephemeral_postgres::TestDatabase;
use migration_core::{
    Config, LedgerTable, Running, Target, Tool, abandon, adopt, adopt_plan, adopted_from, apply, export,
    export_plan, interrupted, mark_applied, overview, resume, rollback,
};

use crate::{
    adopting::config,
    foreign::{FIXTURES, SCHEMA},
    support::{ask, database, execute, run, set},
};

/// A function for each of the server's, with the same arguments; an operator for each; a domain for each type. What cannot be made
/// (of pseudo-types, by keyword) is left out. Each operator is made for texts and unknown literals too.
const EVIL: &str = r"
CREATE SCHEMA evil;
CREATE FUNCTION evil.fail(a anyelement, b anyelement) RETURNS boolean LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'an operator of the search path'; END $$;
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT p.proname, pg_get_function_identity_arguments(p.oid) AS arguments, p.prorettype::regtype::text AS result
        FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a', 'w')
    LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', found.proname, found.arguments,
                found.result, format('BEGIN RAISE EXCEPTION ''the function %s of the search path''; END', found.proname));
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    FOR found IN SELECT proname FROM pg_proc WHERE proname IN ('concat', 'concat_ws', 'count', 'format', 'jsonb_build_object')
    LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION evil.%I(VARIADIC a text[]) RETURNS text LANGUAGE plpgsql AS %L', found.proname,
                format('BEGIN RAISE EXCEPTION ''the function %s of the search path''; END', found.proname));
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    FOR found IN SELECT oprname, oprleft::regtype::text AS l, oprright::regtype::text AS r FROM pg_operator
        WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprkind = 'b'
    LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION evil.fail(a %s, b %s) RETURNS boolean LANGUAGE plpgsql AS %L', found.l, found.r,
                'BEGIN RAISE EXCEPTION ''an operator of the search path''; END');
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
        BEGIN
            EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.fail)', found.oprname, found.l, found.r);
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    FOR found IN SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b' AND typname NOT LIKE '\_%'
    LOOP
        EXECUTE format('CREATE DOMAIN evil.%I AS pg_catalog.%I CHECK (false)', found.typname, found.typname);
    END LOOP;
    EXECUTE format('ALTER DATABASE %I SET search_path = evil, pg_catalog, public', current_database());
END $$;
CREATE TABLE evil.schema_migrations (x integer); CREATE TABLE evil.pg_class (x integer); CREATE TABLE evil.pg_index (x integer);
CREATE TABLE evil.pg_namespace (x integer)";

async fn evil() -> TestDatabase {
    let database = database().await;
    execute(&database.options(), EVIL).await;
    for (made, least) in [
        ("pg_catalog.pg_proc WHERE pronamespace", 2000),
        ("pg_catalog.pg_operator WHERE oprnamespace", 600),
        (
            "pg_catalog.pg_type WHERE typtype OPERATOR(pg_catalog.=) 'd' AND typnamespace",
            50,
        ),
    ] {
        let count = format!(
            "SELECT pg_catalog.count(*) FROM {made} OPERATOR(pg_catalog.=) CAST('evil' AS pg_catalog.regnamespace)"
        );
        let count: i64 = ask(&database.options(), &count).await[0].parse().unwrap();
        assert!(count > least, "{made}: {count}");
    }
    database
}

const FILES: [(&str, &str); 6] = [
    ("1_a.up.sql", "CREATE TABLE public.a (id integer)"),
    ("1_a.down.sql", "DROP TABLE public.a"),
    // The record is written under what a file leaves behind, what only the session sees included.
    (
        "2_own.up.sql",
        "CREATE TEMP TABLE text (x integer); CREATE TEMP TABLE timestamptz (x integer); CREATE TEMP TABLE jsonb (x integer);
         CREATE TEMP TABLE schema_migrations (x integer); CREATE TEMP TABLE pg_class (x integer); CREATE TEMP TABLE regclass (x integer);
         SET search_path = evil",
    ),
    ("2_own.down.sql", "SET search_path = evil; SELECT 1"),
    (
        "3_steps.up.sql",
        "-- db-fresh: no-transaction\nINSERT INTO public.a VALUES (1);\nCREATE INDEX CONCURRENTLY a_id ON public.a (id);
         CREATE INDEX CONCURRENTLY ON public.a (id);\nREINDEX TABLE CONCURRENTLY public.a;\nVACUUM public.a",
    ),
    (
        "3_steps.down.sql",
        "-- db-fresh: no-transaction\nDROP INDEX CONCURRENTLY public.a_id;\nDELETE FROM public.a",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations_run_and_are_undone_whatever_the_search_path() {
    let database = evil().await;
    let (options, config) = (database.options(), Config::default());
    let tell = &mut |_| {};
    assert_eq!(run(&options, &[set(&FILES)]).await.unwrap().applied.len(), 3);
    assert_eq!(run(&options, &[set(&FILES)]).await.unwrap().already, 3);
    assert_eq!(
        overview(&options, &[set(&FILES)], &config)
            .await
            .unwrap()
            .items
            .len(),
        3
    );
    let mut commented = FILES;
    commented[0] = ("1_a.up.sql", "CREATE TABLE public.a (id integer) -- x");
    let sets = [set(&commented)];
    assert_eq!(run(&options, &sets).await.unwrap().restamped, ["1_a.up.sql"]);
    let undone = rollback(&options, &sets, &Target::Last(3), &config, tell)
        .await
        .unwrap()
        .undone;
    assert_eq!(undone.len(), 3);
    let ledgers = "SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
                   WHERE c.relname OPERATOR(pg_catalog.=) 'schema_migrations_audit'";
    assert_eq!(ask(&options, ledgers).await, ["public"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_for_new_sessions_are_found_whatever_the_search_path() {
    let database = evil().await;
    let options = database.options();
    let name = options.get_database().unwrap();
    let set_it = format!("ALTER DATABASE {name} SET work_mem = '5MB'; SELECT 1");
    let files = [
        ("1_a.sql", &*set_it),
        (
            "2_b.sql",
            "CREATE TABLE public.b AS SELECT pg_catalog.current_setting('work_mem') AS x",
        ),
    ];
    run(&options, &[set(&files)]).await.unwrap();
    assert_eq!(ask(&options, "SELECT x FROM public.b").await, ["5MB"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_interrupted_is_found_and_decided_whatever_the_search_path() {
    let database = evil().await;
    let (options, config) = (database.options(), Config::default());
    let tell = &mut |_| {};
    let broken = (
        "2_i.up.sql",
        "-- db-fresh: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY a_id ON public.a (id);\nVACUUM public.a",
    );
    let two = "CREATE TABLE public.a (id integer); INSERT INTO public.a VALUES (1), (1)";
    let sets = [set(&[("1_a.up.sql", two), broken, ("3_b.up.sql", "SELECT 1")])];
    for _ in 0..2 {
        run(&options, &sets).await.unwrap_err();
        assert_eq!(interrupted(&options, &sets, &config).await.unwrap().len(), 1);
    }
    resume(&options, &sets, Running::Again, &config, tell)
        .await
        .unwrap_err();
    abandon(&options, &sets, "2_i.up.sql", &config, tell)
        .await
        .unwrap();
    mark_applied(&options, &sets, "3_b.up.sql", &config, tell)
        .await
        .unwrap();
    execute(&options, "DELETE FROM public.a").await;
    let report = apply(
        &options,
        &sets,
        &Config {
            late: migration_core::Late::Allow,
            ..config
        },
        tell,
    )
    .await;
    assert_eq!(report.unwrap().applied.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tools_ledger_is_read_and_written_whatever_the_search_path() {
    for fixture in FIXTURES {
        let tool = fixture.tool;
        let database = database().await;
        let options = database.options();
        execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
        execute(&options, EVIL).await;
        let (set, source, config) = (fixture.set(), fixture.source(), config());
        let plan = adopt_plan(&options, &set, &source, &config).await.unwrap();
        assert_eq!(plan.problems, [], "{tool}");
        adopt(&options, &set, &source, &plan, &config, &mut |_| {})
            .await
            .unwrap();
        assert_eq!(adopted_from(&options, &config).await.unwrap().len(), 1, "{tool}");
        let sets = [set];
        apply(&options, &sets, &config, &mut |_| {}).await.unwrap();
        if matches!(tool, Tool::Encore | Tool::Array) {
            continue;
        }
        export(&options, &sets[0], &source, &config, &mut |_| {})
            .await
            .unwrap();
        assert!(
            export_plan(&options, &sets[0], &source, &config)
                .await
                .unwrap()
                .is_empty(),
            "{tool}"
        );
        let elsewhere = migration_core::ForeignLedger {
            tool,
            table: Some(LedgerTable {
                schema: "made".into(),
                table: "for_it".into(),
            }),
        };
        export(&options, &sets[0], &elsewhere, &config, &mut |_| {})
            .await
            .unwrap();
        assert!(
            export_plan(&options, &sets[0], &elsewhere, &config)
                .await
                .unwrap()
                .is_empty(),
            "{tool}"
        );
    }
}

/// An operator of a schema that everybody may write is found where the server has none of exactly these types.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_in_the_public_schema_changes_nothing() {
    let varchar = |fixture: &&crate::foreign::Fixture| fixture.ledger.contains("varchar");
    let fixtures: Vec<_> = FIXTURES.iter().filter(varchar).collect();
    assert!(fixtures.len() > 2);
    for fixture in fixtures {
        let tool = fixture.tool;
        let database = database().await;
        let options = database.options();
        execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
        let operators = "CREATE FUNCTION fail(a varchar, b varchar) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'found'; END $$;
             CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = fail);
             CREATE OPERATOR <> (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = fail);
             CREATE OPERATOR ~ (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = fail);
             CREATE OPERATOR ~~ (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = fail)";
        execute(&options, operators).await;
        let (sets, source, config) = ([fixture.set()], fixture.source(), config());
        let plan = adopt_plan(&options, &sets[0], &source, &config).await.unwrap();
        assert_eq!(plan.problems, [], "{tool}");
        adopt(&options, &sets[0], &source, &plan, &config, &mut |_| {})
            .await
            .unwrap();
        apply(&options, &sets, &config, &mut |_| {}).await.unwrap();
        export(&options, &sets[0], &source, &config, &mut |_| {})
            .await
            .unwrap();
        assert!(
            export_plan(&options, &sets[0], &source, &config)
                .await
                .unwrap()
                .is_empty(),
            "{tool}"
        );
    }
}
