//! How soon after the server is ready a wait ends, what it costs meanwhile, and how fast it lets go.

use std::time::{Duration, Instant};

use readiness::{Backoff, Error, Level, Limit, Target, wait};

use super::{
    fake::{Fake, Manner},
    server::{Server, free_port},
};

#[cfg(target_os = "linux")]
/// The processor time of this process so far, from the system's own account.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn waiting_is_no_busy_loop() {
    let target = Target::postgres(
        sqlx::postgres::PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(free_port())
            .username("dev"),
    );
    let backoff = Backoff {
        deadline: Duration::from_secs(2),
        ..Backoff::local()
    };
    let (started, before) = (Instant::now(), processor_time());
    let error = wait(&target, Level::Writable, &backoff, &mut |_| ())
        .await
        .unwrap_err();
    let (took, spent) = (started.elapsed(), processor_time() - before);
    let Error::TimedOut { attempts, limit, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(limit, Limit::Deadline(Duration::from_secs(2)));
    println!("{attempts} attempts in {took:?}, {spent:?} of processor time");
    assert!(spent < took / 4, "{spent:?} of {took:?}");
}

#[tokio::test]
async fn a_wait_ends_soon_after_the_server_is_ready() {
    let mut late = Vec::new();
    for _ in 0..5 {
        let server = Server::start("log_min_messages = log\nlog_line_prefix = '%n '", &[]);
        let target = Target::postgres(server.options());
        wait(&target, Level::Writable, &Backoff::local(), &mut |_| ())
            .await
            .unwrap();
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs_f64();
        let log = server.log();
        let line = log
            .lines()
            .find(|line| line.contains("ready to accept connections"))
            .unwrap();
        let accepted: f64 = line.split_whitespace().next().unwrap().parse().unwrap();
        late.push(((now - accepted) * 1000.0).max(0.0));
    }
    late.sort_by(f64::total_cmp);
    println!("milliseconds from accepting to ready (writable): {late:.1?}");
    // The median without load is a few milliseconds; the bound leaves room for a busy machine.
    assert!(late[2] < 100.0, "{late:?}");
}

#[tokio::test]
async fn a_silent_server_holds_a_wait_no_longer_than_its_deadline() {
    let fake = Fake::start(Manner::Silent).await;
    let options = sqlx::postgres::PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(fake.port);
    let target = Target::postgres(options.username("dev"));
    let backoff = Backoff {
        deadline: Duration::from_millis(400),
        ..Backoff::default()
    };
    let started = Instant::now();
    let error = wait(&target, Level::Writable, &backoff, &mut |_| ())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    assert!(
        started.elapsed() < Duration::from_millis(1200),
        "{:?}",
        started.elapsed()
    );
    // Whoever asks for no more than an open port has it at once.
    let ready = wait(&target, Level::Tcp, &backoff, &mut |_| ()).await.unwrap();
    assert!(ready.waited < Duration::from_millis(200), "{:?}", ready.waited);
}

#[tokio::test]
async fn dropping_a_wait_ends_it_at_once_even_against_a_silent_server() {
    let fake = Fake::start(Manner::Silent).await;
    let options = sqlx::postgres::PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(fake.port);
    let target = Target::postgres(options.username("dev"));
    let started = Instant::now();
    let waiting =
        tokio::spawn(async move { wait(&target, Level::Writable, &Backoff::default(), &mut |_| ()).await });
    tokio::task::yield_now().await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert!(started.elapsed() < Duration::from_millis(100));
}
