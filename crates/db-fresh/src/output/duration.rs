//! Durations as people read them.

use std::time::Duration;

/// Three significant figures with a unit: `4.21 ms`, `312 ms`, `1.05 s`.
pub(crate) fn short(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1000.0;
    match millis {
        ..9.995 => format!("{millis:.2} ms"),
        ..99.95 => format!("{millis:.1} ms"),
        ..999.5 => format!("{millis:.0} ms"),
        ..9_995.0 => format!("{:.2} s", millis / 1000.0),
        _ => format!("{:.1} s", millis / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_changes_where_the_figures_would_run_out() {
        let shown =
            [0, 4_210, 99_940, 99_960, 999_600, 12_340_000].map(|us| short(Duration::from_micros(us)));
        assert_eq!(
            shown,
            ["0.00 ms", "4.21 ms", "99.9 ms", "100 ms", "1.00 s", "12.3 s"]
        );
    }
}
