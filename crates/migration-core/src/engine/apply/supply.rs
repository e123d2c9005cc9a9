//! The ledgers of the folders' own tools, made empty on a database that was just made, where migrations speak of them.

use crate::{
    Config, Error, ForeignLedgers, Migrations, Tool,
    adopt::tools::create,
    engine::{
        config::literal,
        connection::{
            deadline::in_time,
            executor::Executor,
            server::{send, text},
        },
    },
};

/// Makes those that are asked for and not there. Only a database without a ledger of ours is one that was just made.
pub(super) async fn supply(
    executor: &mut Executor<'_>,
    sets: &[Migrations],
    config: &Config,
) -> Result<(), Error> {
    if config.foreign_ledgers != ForeignLedgers::Supply {
        return Ok(());
    }
    for tool in sets.iter().filter_map(Migrations::tool_spoken_of) {
        let ledger = tool.default_ledger();
        let question = format!(
            "SELECT CAST(pg_catalog.to_regclass({}) AS pg_catalog.text) AS found",
            literal(&ledger.rows())
        );
        let asked = async {
            let sent = send(executor.connection(), &question).await;
            sent.map_err(Error::server(look(tool)))
        };
        let results = in_time(config, &look(tool), asked).await?;
        let is_there = results.iter().flatten().any(|row| !text(row, "found").is_empty());
        if !is_there {
            let mut statements = create(tool, &ledger);
            if tool == Tool::Tern {
                statements.push(format!("INSERT INTO {} (version) VALUES (0)", ledger.rows()));
            }
            let what = format!("make the ledger of {tool}");
            executor.write(&what, "", &statements).await?;
        }
    }
    Ok(())
}

fn look(tool: Tool) -> String {
    format!("look for the ledger of {tool}")
}
