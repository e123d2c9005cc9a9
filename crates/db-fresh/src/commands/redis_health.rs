//! `redis-health`: how Redis is, which is never fatal unless that is asked for; and clearing one environment's keys.

use std::time::Duration;

use diagnostic::RedactedUrl;
use migration_core::Reason;
use readiness::{Prefix, RedisFacts, RedisHealth, clear_redis, redis_health};
use serde_json::{Value, json};

use super::{
    problem::CommandProblem,
    protected::{Undoing, refuse_without_reason},
};
use crate::{
    cli,
    context::Context,
    error::Error,
    output::{Level, short},
};

/// From so much of the allowed memory on, it is worth a warning.
const NEARLY_FULL_PERCENT: u64 = 90;

/// Looks, and with `--clear` deletes. A prefix that is missing or unfit is wrong usage, whatever Redis is like.
pub(super) async fn run(args: &cli::RedisHealth, context: &Context<'_>) -> Result<(), Error> {
    let prefix = prefix(args, context)?;
    if args.clear.is_some() {
        let environment = context.environment(args.environment.as_deref())?;
        refuse_without_reason(Undoing::RedisKeys, &environment, &args.protected)?;
    }
    let limit = Duration::from_secs(args.timeout);
    let url = args
        .redis_url
        .clone()
        .or_else(|| context.variables.text("REDIS_URL"));
    let Some(url) = url else {
        let why = "no Redis is named: `REDIS_URL` is not set".to_owned();
        return tell(&RedisHealth::Degraded { why }, &prefix, None, args, context);
    };
    // From now on its password appears in nothing that is printed. What is no URL at all is Redis' driver's to refuse.
    if let Ok(url) = url.parse::<RedactedUrl>() {
        context.console.keep_secret(url.secrets());
    }
    let cleared = match &args.clear {
        Some(words) => Some(clear_redis(&url, &prefix, words, limit).await?),
        None => None,
    };
    let health = redis_health(&url, &prefix, limit).await;
    tell(&health, &prefix, cleared, args, context)
}

fn prefix(args: &cli::RedisHealth, context: &Context<'_>) -> Result<Prefix, Error> {
    let given = args
        .prefix
        .clone()
        .or_else(|| context.variables.text("REDIS_PREFIX"));
    let text = given.ok_or(CommandProblem::NoRedisPrefix)?;
    Ok(text.parse::<Prefix>()?)
}

fn tell(
    health: &RedisHealth,
    prefix: &Prefix,
    cleared: Option<u64>,
    args: &cli::RedisHealth,
    context: &Context<'_>,
) -> Result<(), Error> {
    if args.json {
        let mut document = serde_json::to_value(health).unwrap_or_default();
        document["prefix"] = json!(prefix);
        document["cleared"] = json!(cleared);
        document["reason"] = json!(reason(args).filter(|_| cleared.is_some()));
        context
            .console
            .document(&serde_json::to_string_pretty(&document).unwrap_or_default());
    } else {
        if let Some(cleared) = cleared {
            context
                .console
                .data(&format!("cleared {cleared} keys of {prefix}"));
            if let Some(reason) = reason(args) {
                let facts = json!({ "reason": reason, "cleared": cleared });
                context
                    .console
                    .say(Level::Info, "the reason for clearing keys", facts);
            }
        }
        context.console.data(&text(health, prefix));
    }
    match health {
        RedisHealth::Healthy(facts) => {
            if let Some(used) = nearly_full(facts) {
                let percent = json!({ "usedPercent": used, "maxMemoryBytes": facts.max_memory });
                context
                    .console
                    .say(Level::Warn, "Redis has nearly used up its memory", percent);
            }
            Ok(())
        }
        RedisHealth::Degraded { why } if args.require => {
            Err(CommandProblem::RedisDegraded(why.as_str().into()).into())
        }
        RedisHealth::Degraded { why } => {
            context.console.say(
                Level::Warn,
                "Redis is degraded; the application goes on without it",
                json!({ "reason": why }),
            );
            Ok(())
        }
    }
}

fn text(health: &RedisHealth, prefix: &Prefix) -> String {
    match health {
        RedisHealth::Degraded { why } => format!("degraded: {why}"),
        RedisHealth::Healthy(facts) => {
            let limit = facts.max_memory.map_or_else(
                || "no limit".to_owned(),
                |bytes| format!("of {}", bytes_text(bytes)),
            );
            format!(
                "healthy: Redis {}\n  probe   set, read and deleted in {}\n  keys    {} with the prefix {prefix}\n  memory  {}, {limit}",
                facts.version,
                short(facts.probe),
                facts.keys,
                bytes_text(facts.used_memory),
            )
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "what is shown has one decimal; whole percents are compared"
)]
fn bytes_text(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
}

/// The percentage in use, when it is worth a warning.
fn nearly_full(facts: &RedisFacts) -> Option<Value> {
    let limit = facts.max_memory?;
    let percent = facts.used_memory.saturating_mul(100) / limit.max(1);
    (percent >= NEARLY_FULL_PERCENT).then(|| json!(percent))
}

/// Why keys of a protected environment were cleared.
fn reason(args: &cli::RedisHealth) -> Option<&str> {
    args.protected.reason.as_ref().map(Reason::text)
}
