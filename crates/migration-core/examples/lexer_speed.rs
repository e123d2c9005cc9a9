//! How fast the lexer splits a dump, beside how fast this machine can read and copy the same bytes at all.
//!
//! `cargo run --release -p migration-core --example lexer_speed`

use std::{
    error::Error,
    fmt::Write as _,
    hint::black_box,
    io::{self, Write},
    time::Instant,
};

use migration_core::split;

const SIZE: usize = 50 << 20;
const ROUNDS: u32 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for (name, text) in [
        ("rows as INSERT", rows(SIZE)?),
        ("tables, functions and comments", definitions(SIZE)?),
    ] {
        let statements = split(&text).len();
        writeln!(out, "{name}: {} MB, {statements} statements", text.len() >> 20)?;
        let read = best(&text, |text| memchr::memchr(0, text.as_bytes()));
        let copied = best(&text, |text| black_box(text.as_bytes().to_vec()).len());
        let lexed = best(&text, |text| split(text).len());
        writeln!(out, "  reading every byte   {read:>6.0} MB/s")?;
        writeln!(out, "  copying              {copied:>6.0} MB/s")?;
        writeln!(
            out,
            "  splitting            {lexed:>6.0} MB/s, {:.2} of copying",
            lexed / copied
        )?;
    }
    Ok(())
}

/// The best of several rounds, in MB (2^20 bytes) a second.
fn best<T>(text: &str, work: impl Fn(&str) -> T) -> f64 {
    let megabytes = text.len() as f64 / f64::from(1 << 20);
    (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(work(black_box(text)));
            megabytes / start.elapsed().as_secs_f64()
        })
        .fold(0.0, f64::max)
}

fn rows(size: usize) -> Result<String, std::fmt::Error> {
    let mut text = String::with_capacity(size + 400);
    let mut number = 0_u64;
    while text.len() < size {
        number += 1;
        writeln!(
            text,
            "INSERT INTO public.usage_events (id, organization_id, model, note, tokens, occurred_at) VALUES ({number}, \
             '{:08x}-0000-4000-8000-000000000000', 'large', 'it''s a note; with a semicolon, number {number}', {}, \
             '2026-01-01 00:00:00+00');",
            number.wrapping_mul(2_654_435_761),
            number % 4_096,
        )?;
    }
    Ok(text)
}

fn definitions(size: usize) -> Result<String, std::fmt::Error> {
    let mut text = String::with_capacity(size + 1_000);
    let mut number = 0_u64;
    while text.len() < size {
        number += 1;
        writeln!(
            text,
            "--\n-- Name: table_{number}; Type: TABLE; Schema: public; Owner: -\n--\n\nCREATE TABLE public.table_{number} (\n    \
             id bigint NOT NULL,\n    name text DEFAULT ''::text NOT NULL,\n    amount numeric(12,2),\n    created_at timestamp \
             with time zone DEFAULT now() NOT NULL,\n    CONSTRAINT table_{number}_amount_check CHECK ((amount >= \
             (0)::numeric))\n);\n\n/* touched by a trigger; see below */\nCREATE FUNCTION public.touch_{number}() RETURNS \
             trigger\n    LANGUAGE plpgsql\n    AS $_$\nBEGIN\n    NEW.created_at := now();\n    RETURN NEW;\nEND;\n$_$;\n\n\
             CREATE INDEX table_{number}_name_idx ON public.table_{number} USING btree (lower(name), created_at DESC);\n"
        )?;
    }
    Ok(text)
}
