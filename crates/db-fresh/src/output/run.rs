//! What happens during a run of migrations, a line each.

use migration_core::Progress;
use serde_json::json;

use super::{Console, Level, short};

/// What happens, a line each.
pub(crate) fn tell(progress: Progress, console: &Console) {
    match progress {
        Progress::Waiting { holder, .. } => {
            let holder = holder.map(|holder| format!(": {holder}")).unwrap_or_default();
            console.say(
                Level::Info,
                &format!("waiting for another runner{holder}"),
                json!({}),
            );
        }
        Progress::Applied(one) => {
            let facts = json!({ "filename": one.file, "durationSeconds": one.duration.as_secs_f64() });
            console.say(
                Level::Info,
                &format!("applied {} in {}", one.file, short(one.duration)),
                facts,
            );
        }
        Progress::Undone(one) => {
            let facts = json!({ "filename": one.file, "durationSeconds": one.duration.as_secs_f64() });
            console.say(
                Level::Info,
                &format!("undid {} in {}", one.file, short(one.duration)),
                facts,
            );
        }
        Progress::Blocked { file, by } => {
            let by: Vec<_> = by.iter().map(ToString::to_string).collect();
            let what = format!("{file} waits for {}", by.join(" and "));
            console.say(Level::Warn, &what, json!({}));
        }
        Progress::Step { file, step, of } => {
            console.say(
                Level::Info,
                &format!("{file}: step {step} of {of} done"),
                json!({}),
            );
        }
        Progress::Retrying {
            file,
            sqlstate,
            pause,
        } => {
            let what = format!("{file}: lock timeout ({sqlstate}), retrying in {}", short(pause));
            console.say(Level::Warn, &what, json!({}));
        }
        Progress::LockTakenAgain { file } => {
            let who = file.map_or("the session lost the lock".to_owned(), |file| {
                format!("{file} gave the lock away")
            });
            let what = format!("{who}; it was taken again, and nobody wrote the ledger meanwhile");
            console.say(Level::Warn, &what, json!({}));
        }
        Progress::SettingsUnread { settings, file } => {
            let what = format!(
                "{file} has dates or times that depend on {}: the role may not read what the server's configuration says, so that they \
                 are read in UTC and in the order month, day, year; to choose: `ALTER DATABASE … SET timezone = '…'`",
                settings.join(" and ")
            );
            console.say(Level::Warn, &what, json!({ "filename": file }));
        }
        Progress::InvalidIndexDropped { index } => {
            let what =
                format!("dropped `{index}`, which an interrupted build had left INVALID; it is built again");
            console.say(Level::Warn, &what, json!({}));
        }
        _ => {}
    }
}
