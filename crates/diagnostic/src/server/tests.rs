//! What is shown of reports, and what is not.

use super::{RawReport, ServerReport, Values};

fn shown(raw: &RawReport<'_>) -> ServerReport {
    ServerReport::new(raw, Values::Hidden)
}

fn message(sqlstate: &str, message: &str) -> String {
    shown(&RawReport {
        sqlstate,
        message,
        ..RawReport::default()
    })
    .message
}

fn detail(sqlstate: &str, detail: &str) -> String {
    let raw = RawReport {
        sqlstate,
        message: "m",
        detail: Some(detail),
        ..RawReport::default()
    };
    shown(&raw).detail.unwrap()
}

fn context(context: &str) -> String {
    let raw = RawReport {
        sqlstate: "22P02",
        context: Some(context),
        ..RawReport::default()
    };
    shown(&raw).context.unwrap()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_message_about_a_value_says_what_is_wrong_and_not_the_value() {
    for (sqlstate, raw, expected) in [
        (
            "22P02",
            "invalid input syntax for type integer: \"s3cret\"",
            "invalid input syntax for type integer: [hidden]",
        ),
        (
            "22P02",
            "invalid input syntax for type integer: \"a\"s3cret\"b\"",
            "invalid input syntax for type integer: [hidden]",
        ),
        (
            "22P02",
            "invalid input value for enum mood: \"s3cret\"",
            "invalid input value for enum mood: [hidden]",
        ),
        (
            "22003",
            "value \"123\" is out of range for type integer",
            "value [hidden] is out of range for type integer",
        ),
        (
            "22003",
            "setval: value 0 is out of bounds for sequence \"s\" (1..9)",
            "setval: value [hidden] is out of bounds for sequence \"s\" (1..9)",
        ),
        (
            "22008",
            "date/time field value out of range: \"2024-13-45\"",
            "date/time field value out of range: [hidden]",
        ),
        (
            "22008",
            "date field value out of range: 1-02-99",
            "date field value out of range: [hidden]",
        ),
        (
            "08001",
            "connection to server on socket \"/s\" failed: No such file\n\tIs the server running?\n",
            "connection to server on socket [hidden] failed: No such file Is the server running?",
        ),
        (
            "22007",
            "invalid value \"s3cret\" for \"YYYY\"",
            "invalid value [hidden]",
        ),
        (
            "22023",
            "invalid value for parameter \"work_mem\": \"s3cret\"",
            "invalid value for parameter \"work_mem\": [hidden]",
        ),
        (
            "22021",
            "invalid byte sequence for encoding \"UTF8\": 0xe4 0x20",
            "invalid byte sequence for encoding \"UTF8\": [hidden]",
        ),
        (
            "42601",
            "unterminated quoted string at or near \"'s3cret\n;\"",
            "unterminated quoted string at or near [hidden]",
        ),
        (
            "42601",
            "syntax error at or near \"'s3cret'\"",
            "syntax error at or near [hidden]",
        ),
        (
            "42601",
            "invalid connection string syntax: missing \"=\" after \"s3cret\" in connection info string",
            "invalid connection string syntax: missing [hidden] in connection info string",
        ),
        (
            "22P02",
            "ungültige Eingabesyntax für Typ integer: »s3cret«",
            "ungültige Eingabesyntax für Typ integer: [hidden]",
        ),
        (
            "22P02",
            "syntaxe en entrée invalide pour le type integer : « s3cret »",
            "syntaxe en entrée invalide pour le type integer : [hidden]",
        ),
        (
            "XX000",
            "parse error - invalid geometry: \"POINT(\"",
            "parse error - invalid geometry: [hidden]",
        ),
    ] {
        let shown = message(sqlstate, raw);
        assert_eq!(shown, expected);
    }
}

#[test]
fn names_of_objects_stay() {
    for (sqlstate, raw) in [
        ("42P01", "relation \"app.users\" does not exist"),
        ("42703", "column \"x\" of relation \"t\" does not exist"),
        ("42883", "function nope(integer) does not exist"),
        ("42704", "type \"mood\" does not exist"),
        ("42P07", "relation \"t\" already exists"),
        ("42809", "\"v\" is not a table"),
        ("42601", "syntax error at or near \"tabel\""),
        ("42601", "syntax error at or near \")\""),
        ("42601", "syntax error at end of input"),
        ("42702", "column reference \"id\" is ambiguous"),
        ("42P01", "missing FROM-clause entry for table \"x\""),
        (
            "23505",
            "duplicate key value violates unique constraint \"users_email_key\"",
        ),
        (
            "23502",
            "null value in column \"a\" of relation \"t\" violates not-null constraint",
        ),
        (
            "23503",
            "insert or update on table \"a\" violates foreign key constraint \"a_b_fkey\"",
        ),
        (
            "23514",
            "new row for relation \"t\" violates check constraint \"t_a_check\"",
        ),
        (
            "23514",
            "check constraint \"c\" of relation \"t\" is violated by some row",
        ),
        ("22001", "value too long for type character varying(3)"),
        ("22003", "numeric field overflow"),
        ("22012", "division by zero"),
        ("22P04", "missing data for column \"b\""),
        ("2BP01", "cannot drop table a because other objects depend on it"),
        ("42501", "permission denied for table t"),
        ("3F000", "schema \"s\" does not exist"),
        ("0A000", "extension \"postgis\" is not available"),
        ("55P03", "canceling statement due to lock timeout"),
        (
            "42830",
            "there is no unique constraint matching given keys for referenced table \"t\"",
        ),
    ] {
        assert_eq!(message(sqlstate, raw), raw);
    }
}

#[test]
fn what_a_function_raises_is_hidden_whatever_its_sqlstate() {
    let raised = |sqlstate, routine, source_file| {
        let raw = RawReport {
            sqlstate,
            message: "relation \"s3cret\" does not exist",
            detail: Some("column \"s3cret\""),
            hint: Some("s3cret"),
            routine,
            source_file,
            ..RawReport::default()
        };
        let shown = shown(&raw);
        assert!(!format!("{shown:?}").contains("s3cret"), "{shown:?}");
        assert!(shown.is_cut);
    };
    raised("P0001", None, None);
    raised("42P01", Some("exec_stmt_raise"), Some("pl_exec.c"));
    raised("23514", Some("PLy_output"), Some("plpy_plpymodule.c"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_detail_shows_columns_and_tables_of_a_key_and_no_value() {
    for (sqlstate, raw, expected) in [
        (
            "23505",
            "Key (email)=(s3cret) already exists.",
            "Key (email)=([hidden]) already exists.",
        ),
        (
            "23505",
            "Key (lower(email), b)=(a)=(b), s3cret) already exists.",
            "Key (lower(email), b)=([hidden]) already exists.",
        ),
        (
            "23505",
            "Key (a)=(s3cret) is duplicated.",
            "Key (a)=([hidden]) is duplicated.",
        ),
        (
            "23503",
            "Key (a)=(s3cret) is not present in table \"t\".",
            "Key (a)=([hidden]) is not present in table \"t\".",
        ),
        (
            "23503",
            "Key (a)=(x) is not present in table \"s3cret) is not present in table \"t\".",
            "Key (a)=([hidden]) is not present in table \"t\".",
        ),
        (
            "23503",
            "Key (a)=(s3cret) is still referenced from table \"t\".",
            "Key (a)=([hidden]) is still referenced from table \"t\".",
        ),
        (
            "23P01",
            "Key (r)=([1,5)) conflicts with existing key (r)=([2,3)).",
            "Key (r)=([hidden]) conflicts with existing key (r)=([hidden]).",
        ),
        (
            "23502",
            "Failing row contains (1, s3cret).",
            "Failing row contains ([hidden]).",
        ),
        (
            "23514",
            "Partition key of the failing row contains (a) = (s3cret).",
            "Partition key of the failing row contains (a) = ([hidden]).",
        ),
        (
            "22P02",
            "Token \"s3cret\" is invalid.",
            "Token [hidden] is invalid.",
        ),
        (
            "22003",
            "A field with precision 3, scale 2 must round to an absolute value less than 10^1.",
            "A field with precision 3, scale 2 must round to an absolute value less than 10^1.",
        ),
        (
            "23505",
            "Schlüssel »(email)=(s3cret)« existiert bereits.",
            "[hidden]",
        ),
        (
            "08001",
            "missing \"=\" after \"s3cret\" in connection info string",
            "[hidden]",
        ),
        ("2BP01", "view v depends on table t", "view v depends on table t"),
        (
            "42703",
            "There is a column named \"x\" in table \"t\", but it cannot be referenced.",
            "There is a column named [hidden], but it cannot be referenced.",
        ),
    ] {
        assert_eq!(detail(sqlstate, raw), expected);
    }
}

#[test]
fn a_context_shows_places_and_neither_statements_nor_data() {
    for (raw, expected) in [
        (
            "COPY t, line 3, column email: \"s3cret\"",
            "COPY t, line 3, column email",
        ),
        ("COPY t, line 3: \"a,s3cret\"", "COPY t, line 3"),
        (
            "COPY t, line 3, column a: \"x\nPL/pgSQL function s3cret() line 1 at RAISE\"",
            "COPY t, line 3, column a",
        ),
        (
            "PL/pgSQL function f(integer) line 3 at RAISE",
            "PL/pgSQL function f(integer) line 3 at RAISE",
        ),
        (
            "SQL statement \"INSERT INTO t VALUES ('s3cret')\"\nPL/pgSQL function inline_code_block line 1 at SQL statement",
            "SQL statement, in PL/pgSQL function inline_code_block line 1 at SQL statement",
        ),
        (
            "PL/pgSQL assignment \"v := 's3cret'\"\nPL/pgSQL function f() line 3 at assignment",
            "PL/pgSQL assignment, in PL/pgSQL function f() line 3 at assignment",
        ),
        ("JSON data, line 1: {\"a\": s3cret", "JSON data"),
        ("unnamed portal parameter $1 = 's3cret'", "[hidden]"),
        ("something \"s3cret\"", "[hidden]"),
        ("SQL function \"f\" statement 1", "SQL function \"f\" statement 1"),
        (
            "while inserting index tuple (0,5) in relation \"i\"",
            "while inserting index tuple (0,5) in relation \"i\"",
        ),
    ] {
        assert_eq!(context(raw), expected);
    }
}

#[test]
fn all_is_shown_where_that_is_asked_for() {
    let raw = RawReport {
        sqlstate: "23505",
        message: "m \"v\"",
        detail: Some("Key (a)=(v) already exists."),
        ..RawReport::default()
    };
    let shown = ServerReport::new(&raw, Values::Shown);
    assert_eq!(shown.message, raw.message);
    assert_eq!(shown.detail.as_deref(), raw.detail);
    assert!(!shown.is_cut);
}
