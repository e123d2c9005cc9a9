//! Prints what the comments of SQL files say about their files: `cargo run -p db-fresh-sql-lexer --example remarks < LIST-OF-PATHS`.

#![expect(clippy::print_stdout, reason = "an example prints what it finds")]

use std::{fs, io};

use db_fresh_sql_lexer::{CommentPosition, Remark, comment_lines, remark};

fn main() -> io::Result<()> {
    let (mut files, mut found) = (0, 0);
    for path in io::stdin().lines() {
        let path = path?;
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        files += 1;
        for line in comment_lines(&text) {
            let said = match remark(line.text) {
                Some(Remark::Near { .. }) if line.position == CommentPosition::Inside => continue,
                Some(said) => said,
                None => continue,
            };
            found += 1;
            println!("{path}: {:?}: {said:?}: {}", line.position, line.text);
        }
    }
    println!("{found} remarks in {files} files");
    Ok(())
}
