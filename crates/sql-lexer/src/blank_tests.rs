//! What an excerpt of a line leaves out.

use super::blanks;

/// The line around the `^` of a text, which is taken out, as an excerpt shows it.
fn shown(text: &str) -> String {
    let caret = text.find('^').unwrap_or(0);
    let sql = text.replacen('^', "", 1);
    let mut bytes = sql.clone().into_bytes();
    for range in blanks(&sql, caret) {
        for byte in &mut bytes[range] {
            if *byte != b'\n' {
                *byte = b'.';
            }
        }
    }
    let blanked = String::from_utf8(bytes).unwrap();
    let start = blanked[..caret].rfind('\n').map_or(0, |at| at + 1);
    blanked[start..].lines().next().unwrap_or_default().to_owned()
}

#[test]
fn all_literals_but_the_one_at_the_caret_are_left_out() {
    assert_eq!(
        shown("INSERT INTO t VALUES (^'happy', 'sad', 1, $$x$$, $a$y$a$, E'a\\'b', U&'c', B'01', N'd')"),
        "INSERT INTO t VALUES ('happy', '...', 1, $$.$$, $a$.$a$, E'....', U&'.', B'..', N'.')"
    );
}

#[test]
fn statements_about_roles_servers_and_subscriptions_show_no_literal() {
    for (sql, expected) in [
        ("ALTER ROLE app PASSWORD ^'abc'", "ALTER ROLE app PASSWORD '...'"),
        (
            "CREATE ROLE app LOGIN ^ENCRYPTED PASSWORD $$abc$$",
            "CREATE ROLE app LOGIN ENCRYPTED PASSWORD $$...$$",
        ),
        ("CREATE USER ^app PASSWORD abc", "CREATE USER app PASSWORD ..."),
        (
            "CREATE USER ^app IDENTIFIED BY \"abc\"",
            "CREATE USER app IDENTIFIED BY .....",
        ),
        (
            "CREATE USER MAPPING FOR a SERVER b OPTIONS (x ^'abc')",
            "CREATE USER MAPPING FOR a SERVER b OPTIONS (x '...')",
        ),
        (
            "CREATE SERVER s OPTIONS (host ^'abc')",
            "CREATE SERVER s OPTIONS (host '...')",
        ),
        (
            "CREATE SUBSCRIPTION s CONNECTION ^'abc' PUBLICATION p",
            "CREATE SUBSCRIPTION s CONNECTION '...' PUBLICATION p",
        ),
        (
            "CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (x ^'abc')",
            "CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (x '...')",
        ),
        (
            "ALTER SYSTEM SET primary_conninfo = ^'abc'",
            "ALTER SYSTEM SET primary_conninfo = '...'",
        ),
        ("COPY t FROM PROGRAM ^'abc'", "COPY t FROM PROGRAM '...'"),
        (
            "SELECT * FROM dblink(^'abc', 'SELECT 1')",
            "SELECT * FROM dblink('...', '........')",
        ),
    ] {
        assert_eq!(shown(sql), expected);
    }
}

#[test]
fn literals_behind_the_name_of_a_secret_are_left_out_too() {
    for (sql, expected) in [
        ("SELECT f(password => ^'abc')", "SELECT f(password => '...')"),
        ("x.\"apiKey\" := ^'abc'", "x.\"apiKey\" := '...'"),
        ("SET app.secret = ^'abc'", "SET app.secret = '...'"),
        ("SET app.secret TO ^abc", "SET app.secret TO ..."),
        (
            "SELECT set_config('app.token', ^'abc', false)",
            "SELECT set_config('.........', '...', false)",
        ),
        (
            "SELECT ^'{\"password\": \"abc\"}'::json",
            "SELECT '...................'::json",
        ),
        (
            "INSERT INTO u (name, pwd) VALUES (^'a', 'abc')",
            "INSERT INTO u (name, pwd) VALUES ('.', '...')",
        ),
        (
            "SELECT crypt(^'abc', gen_salt('bf'))",
            "SELECT crypt('...', gen_salt('..'))",
        ),
        (
            "SELECT ^1 -- the password is abc",
            "SELECT 1 --....................",
        ),
        ("\\set ^x 'token abc'", "\\s................"),
    ] {
        assert_eq!(shown(sql), expected);
    }
    let table = "CREATE TABLE t (a text PRIMARY KEY DEFAULT ^'x')";
    assert_eq!(shown(table), table.replace('^', ""));
}

#[test]
fn the_body_of_a_routine_is_a_script_of_its_own() {
    let sql = "CREATE FUNCTION set_password() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n";
    let body = |line: &str| format!("{sql}{line}\nEND $$;");
    assert_eq!(shown(&body("PERFORM ^nope('a', b);")), "PERFORM nope('.', b);");
    assert_eq!(
        shown(&body("EXECUTE ^'ALTER ROLE a PASSWORD ''abc'''; SELECT 'x';")),
        "EXECUTE '.............................'; SELECT '.';"
    );
    assert_eq!(
        shown("^DO $$ BEGIN PERFORM 'abc'; END $$"),
        "DO $$..........................$$"
    );
    assert_eq!(
        shown("DO $$ BEGIN\nIF x THEN CREATE SERVER s OPTIONS (a ^'abc'); END IF;\nEND $$"),
        "IF x THEN CREATE SERVER s OPTIONS (a '...'); END IF;"
    );
    assert_eq!(
        shown("DO ' BEGIN PERFORM ^nope(''abc''); END '"),
        "DO ' BEGIN PERFORM nope('........ END '"
    );
}

#[test]
fn where_quotes_do_not_match_all_goes_from_the_first_on() {
    for (sql, expected) in [
        ("SELECT ^'abc", "SELECT '..."),
        (
            "ALTER ROLE a PASSWORD ^'it's3cret'",
            "ALTER ROLE a PASSWORD '..........",
        ),
        ("SELECT ^'a'b'c'", "SELECT '......"),
        ("SELECT $x$^abc", "SELECT $x$..."),
        ("SELECT ^\"abc", "SELECT \"..."),
        ("SELECT E'^a\\'", "SELECT E'..."),
    ] {
        assert_eq!(shown(sql), expected);
    }
}

#[test]
fn the_lines_of_a_literal_and_the_data_of_a_copy_are_left_out() {
    assert_eq!(shown("SELECT 'a\nb^cd', 1;"), "bcd', 1;");
    assert_eq!(shown("SELECT 'a\nbcd', ^1;"), "...', 1;");
    assert_eq!(shown("COPY t FROM stdin;\na^bc\tx\n\\.\nSELECT 1;"), ".....");
}
