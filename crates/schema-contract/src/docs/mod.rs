//! Pictures and pages of a schema: an ER diagram as SVG and as Mermaid, and a data dictionary in Markdown.
//!
//! They are drawn from contracts, one for each component, so they need no database and change only when a contract
//! does. Left out on purpose: partitions (their parent says how many there are), and views in the diagrams.

mod dictionary;
mod layout;
mod mermaid;
mod model;
mod route;
mod svg;

pub use dictionary::dictionary;
pub use mermaid::mermaid;
pub use svg::svg;

use crate::Snapshot;

/// A component and its contract, as a group of tables in a picture.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a> {
    /// The component's name.
    pub name: &'a str,
    /// Its contract.
    pub snapshot: &'a Snapshot,
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const SHOP: &str = "table public.customers / columns = id, name\n\
        table public.customers / comment = People who buy | or might\n\
        table public.customers / column id / type = uuid\n\
        table public.customers / column id / not null = yes\n\
        table public.customers / column name / type = text\n\
        table public.customers / column name / default = 'nobody'::text\n\
        table public.customers / column name / comment = As they sign\n\
        table public.customers / constraint customers_pkey / definition = PRIMARY KEY (id)\n\
        table public.orders / columns = id, customer_id, day\n\
        table public.orders / partition by = RANGE (day)\n\
        table public.orders / column id / type = bigint\n\
        table public.orders / column customer_id / type = uuid\n\
        table public.orders / column day / type = date\n\
        table public.orders / constraint orders_pkey / definition = PRIMARY KEY (id, day)\n\
        table public.orders / constraint orders_customer / definition = FOREIGN KEY (customer_id) REFERENCES public.customers (id) ON DELETE CASCADE\n\
        table public.orders / index orders_day / columns = day DESC\n\
        table public.orders_1 / columns = id\n\
        table public.orders_1 / partition of = public.orders\n\
        enum public.mood / labels = 'happy', 'sad'\n";

    fn drawn(draw: fn(&[Group<'_>]) -> String) -> String {
        let snapshot = Snapshot::parse(SHOP).unwrap();
        draw(&[Group {
            name: "shop",
            snapshot: &snapshot,
        }])
    }

    #[test]
    fn a_diagram_for_github() {
        insta::assert_snapshot!(drawn(mermaid));
    }

    #[test]
    fn a_data_dictionary() {
        insta::assert_snapshot!(drawn(dictionary));
    }

    fn picture(text: &str) -> String {
        let snapshot = Snapshot::parse(text).unwrap();
        svg(&[Group {
            name: "shop",
            snapshot: &snapshot,
        }])
    }

    #[test]
    fn what_refers_to_partitions_refers_to_their_table() {
        let text = "table app.lines / columns = order_id\n\
            table app.lines / constraint a / definition = FOREIGN KEY (order_id) REFERENCES app.orders (id)\n\
            table app.lines / constraint b / definition = FOREIGN KEY (order_id) REFERENCES app.orders_1 (id)\n\
            table app.lines / constraint c / definition = FOREIGN KEY (order_id) REFERENCES app.orders_1_a (id)\n\
            table app.orders / columns = id\ntable app.orders / partition by = RANGE (id)\n\
            table app.orders_1 / columns = id\ntable app.orders_1 / partition of = app.orders\n\
            table app.orders_1_a / columns = id\ntable app.orders_1_a / partition of = app.orders_1\n";
        let picture = picture(text);
        assert_eq!(picture.matches("class=\"reference\"").count(), 1);
        assert!(!picture.contains("orders_1"), "{picture}");
    }

    #[test]
    fn keys_that_refer_are_marked_as_both_and_arrows_to_one_table_end_apart() {
        let mut text = "table app.hub / columns = id\ntable app.hub / column id / type = uuid\n".to_owned();
        for name in ["a", "b", "c"] {
            text += &format!(
                "table app.{name} / columns = id\n\
                 table app.{name} / constraint f / definition = FOREIGN KEY (id) REFERENCES app.hub (id)\n\
                 table app.{name} / constraint p / definition = PRIMARY KEY (id)\n"
            );
        }
        let picture = picture(&text);
        assert_eq!(picture.matches("class=\"refers\"").count(), 3);
        assert_eq!(picture.matches("class=\"is-key\"").count(), 3);
        let ends: std::collections::HashSet<_> = picture
            .lines()
            .filter(|line| line.contains("class=\"reference\""))
            .filter_map(|line| line.trim_end_matches("\"/>").rsplit(' ').next())
            .collect();
        assert_eq!(ends.len(), 3, "{picture}");
    }

    #[test]
    fn a_dictionary_says_how_an_index_is_built() {
        let text = "table app.t / columns = a\ntable app.t / index i / columns = a\n\
            table app.t / index i / method = gin\ntable app.t / index j / columns = a\ntable app.t / index j / method = btree\n";
        let snapshot = Snapshot::parse(text).unwrap();
        let told = dictionary(&[Group {
            name: "shop",
            snapshot: &snapshot,
        }]);
        assert!(
            told.contains("- index `i`: `a, gin`") && told.contains("- index `j`: `a`\n"),
            "{told}"
        );
    }

    #[test]
    fn a_picture_shows_every_table_once_and_escapes_what_it_writes() {
        let picture = drawn(svg);
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
        assert_eq!(picture.matches(">customers<").count(), 1);
        assert_eq!(picture.matches(">orders<").count(), 1);
        assert!(!picture.contains("orders_1"), "partitions are counted, not drawn");
        assert_eq!(picture.matches("class=\"reference\"").count(), 1);
        // Primary keys `id`, `id` and `day`, the reference `customer_id`.
        assert_eq!(picture.matches("class=\"is-key\"").count(), 3);
        assert_eq!(picture.matches("class=\"refers\"").count(), 1);
        let odd = Snapshot::parse("table public.\"a<b&c\" / columns = id\n").unwrap();
        let picture = svg(&[Group {
            name: "odd",
            snapshot: &odd,
        }]);
        assert!(picture.contains("a&lt;b&amp;c") && !picture.contains("a<b&c"));
    }
}
