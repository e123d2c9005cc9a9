//! The ways of arrows: through the gaps between boxes, never behind a box.
//!
//! Boxes stand in columns. Between two columns an arrow may bend; across a column it runs level, in a gap between two boxes.

use std::fmt::Write;

use super::layout::Place;

/// How far an arrow stays away from a box that it passes.
const CLEAR: usize = 5;
/// How far arrows in the same gap stand apart.
const APART: usize = 4;

/// A column of boxes.
#[derive(Debug)]
struct Column {
    left: usize,
    right: usize,
    gaps: Vec<Gap>,
}

/// Room between two boxes, above the first or below the last.
#[derive(Debug)]
struct Gap {
    top: usize,
    bottom: usize,
    /// How many arrows run through it.
    used: usize,
}

/// The columns of a picture's frame.
#[derive(Debug)]
pub(super) struct Ways {
    columns: Vec<Column>,
}

impl Ways {
    /// The ways between these boxes, which end at `top` and `bottom`.
    pub(super) fn between(places: &[Place], top: usize, bottom: usize) -> Self {
        let mut boxes = places.to_vec();
        boxes.sort_by_key(|place| (place.x, place.y));
        let columns = boxes.chunk_by(|a, b| a.x == b.x).map(|boxes| {
            let tops = boxes.iter().map(|place| place.y).chain([bottom]);
            let bottoms = [top]
                .into_iter()
                .chain(boxes.iter().map(|place| place.y + place.height));
            let room = |(top, bottom)| Gap { top, bottom, used: 0 };
            let gaps = bottoms
                .zip(tops)
                .filter(|(top, bottom)| top + 2 * CLEAR < *bottom);
            Column {
                left: boxes[0].x,
                right: boxes.iter().map(|place| place.x + place.width).max().unwrap_or(0),
                gaps: gaps.map(room).collect(),
            }
        });
        Self {
            columns: columns.collect(),
        }
    }

    /// The way from a line of one box to another, at the height `end`, as the data of an SVG path.
    pub(super) fn path(&mut self, from: Place, y: usize, to: Place, end: usize) -> String {
        if from == to {
            let (right, out) = (from.x + from.width, from.x + from.width + 34);
            return format!("M{right},{y} C{out},{y} {out},{end} {right},{end}");
        }
        if from.x == to.x {
            let out = from.x.saturating_sub(30);
            return format!("M{},{y} C{out},{y} {out},{end} {},{end}", from.x, to.x);
        }
        let is_between = |column: &&mut Column| {
            let (low, high) = (from.x.min(to.x), from.x.max(to.x));
            low < column.left && column.left < high
        };
        let right_of = |x: usize| {
            let column = self.columns.iter().find(|column| column.left == x);
            column.map_or(x, |column| column.right)
        };
        let (from_right, to_right) = (right_of(from.x), right_of(to.x));
        let mut between: Vec<_> = self.columns.iter_mut().filter(is_between).collect();
        let leftwards = to.x < from.x;
        // Boxes of a column start at its left and end anywhere: on the right an arrow runs level as far as the column.
        let (mut at, mut line) = if leftwards {
            between.reverse();
            ((from.x, y), format!("M{},{y}", from.x))
        } else {
            let line = format!("M{},{y} H{from_right}", from.x + from.width);
            ((from_right, y), line)
        };
        for column in between {
            let level = column.level(at.1, end);
            let (near, far) = if leftwards {
                (column.right, column.left)
            } else {
                (column.left, column.right)
            };
            bend(&mut line, at, (near, level));
            // Writing to a string cannot fail.
            let _ = write!(line, " H{far}");
            at = (far, level);
        }
        if leftwards {
            bend(&mut line, at, (to_right, end));
            // A line of no length would leave the arrow's head without a direction.
            if to.x + to.width != to_right {
                let _ = write!(line, " H{}", to.x + to.width);
            }
        } else {
            bend(&mut line, at, (to.x, end));
        }
        line
    }
}

impl Column {
    /// The height at which an arrow that comes from one height and goes to another crosses with the least detour.
    fn level(&mut self, from: usize, to: usize) -> usize {
        let detour = |gap: &Gap| {
            let level = gap.nearest(usize::midpoint(from, to));
            level.abs_diff(from) + level.abs_diff(to)
        };
        let Some(gap) = self.gaps.iter_mut().min_by_key(|gap| detour(gap)) else {
            return usize::midpoint(from, to);
        };
        let level = gap.nearest(usize::midpoint(from, to));
        // One below and one above in turn, so that arrows through the same gap can be told apart.
        let step = gap.used.div_ceil(2) * APART;
        let apart = if gap.used % 2 == 0 {
            level.saturating_sub(step)
        } else {
            level + step
        };
        gap.used += 1;
        gap.nearest(apart)
    }
}

impl Gap {
    fn nearest(&self, level: usize) -> usize {
        level.clamp(self.top + CLEAR, self.bottom - CLEAR)
    }
}

fn bend(line: &mut String, (x1, y1): (usize, usize), (x2, y2): (usize, usize)) {
    let middle = usize::midpoint(x1, x2);
    let _ = write!(line, " C{middle},{y1} {middle},{y2} {x2},{y2}");
}

#[cfg(test)]
mod tests {
    use super::{super::layout::HEAD, *};

    /// The head of a box.
    fn head(of: Place) -> usize {
        of.y + HEAD / 2
    }

    fn place(x: usize, y: usize, width: usize, height: usize) -> Place {
        Place { x, y, width, height }
    }

    #[test]
    fn an_arrow_crosses_a_column_between_its_boxes() {
        let (target, source) = (place(0, 100, 80, 60), place(400, 100, 80, 60));
        let middle = [place(200, 20, 80, 150), place(200, 192, 120, 100)];
        let places = [target, middle[0], middle[1], source];
        let mut ways = Ways::between(&places, 0, 400);
        let first = ways.path(source, 120, target, head(target));
        assert_eq!(
            first,
            "M400,120 C360,120 360,175 320,175 H200 C140,175 140,113 80,113"
        );
        let second = ways.path(source, 140, target, head(target));
        assert_ne!(first, second, "two arrows through one gap can be told apart");
        let back = ways.path(target, 140, source, head(source));
        assert!(
            back.starts_with("M80,140 H80 C") && back.ends_with(" 400,113"),
            "{back}"
        );
    }

    #[test]
    fn within_a_column_and_to_itself_it_bends_beside_the_boxes() {
        let (one, other) = (place(50, 0, 80, 60), place(50, 100, 80, 60));
        let mut ways = Ways::between(&[one, other], 0, 200);
        assert_eq!(
            ways.path(other, 140, one, head(one)),
            "M50,140 C20,140 20,13 50,13"
        );
        assert_eq!(
            ways.path(one, 40, one, head(one)),
            "M130,40 C164,40 164,13 130,13"
        );
    }

    /// Points along a path of `M`, `H` and `C`.
    fn points(path: &str) -> Vec<(f64, f64)> {
        let number = |text: &str| text.parse::<f64>().unwrap();
        let pair = |text: &str| text.split_once(',').map(|(x, y)| (number(x), number(y))).unwrap();
        let mut words = path.split(' ');
        let mut at = pair(&words.next().unwrap()[1..]);
        let mut out = vec![at];
        while let Some(word) = words.next() {
            if let Some(x) = word.strip_prefix('H') {
                at.0 = number(x);
            } else {
                let curve = [
                    at,
                    pair(&word[1..]),
                    pair(words.next().unwrap()),
                    pair(words.next().unwrap()),
                ];
                for step in 1..20 {
                    let (t, u) = (f64::from(step) / 20.0, 1.0 - f64::from(step) / 20.0);
                    let weights = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
                    let sum = |of: fn(&(f64, f64)) -> f64| {
                        curve
                            .iter()
                            .zip(weights)
                            .map(|(point, weight)| of(point) * weight)
                            .sum()
                    };
                    out.push((sum(|point| point.0), sum(|point| point.1)));
                }
                at = curve[3];
            }
            let last = out[out.len() - 1];
            out.push((f64::midpoint(last.0, at.0), f64::midpoint(last.1, at.1)));
            out.push(at);
        }
        out
    }

    #[test]
    fn no_arrow_runs_behind_a_box() {
        let mut places = Vec::new();
        for column in 0..6_usize {
            let mut y = 40;
            for row in 0..7_usize {
                let height = 40 + (column * 37 + row * 53) % 120;
                places.push(place(
                    48 + column * 220,
                    y,
                    90 + (row * 31 + column * 17) % 54,
                    height,
                ));
                y += height + 22;
            }
        }
        let mut ways = Ways::between(&places, 28, 1400);
        let mut crossed = Vec::new();
        for from in &places {
            for to in &places {
                let path = ways.path(*from, from.y + HEAD + 8, *to, head(*to));
                for point in points(&path) {
                    let is_in = |place: &&Place| {
                        let (left, top) = (place.x as f64, place.y as f64);
                        let (right, bottom) =
                            ((place.x + place.width) as f64, (place.y + place.height) as f64);
                        left < point.0 && point.0 < right && top < point.1 && point.1 < bottom
                    };
                    crossed.extend(places.iter().find(is_in).map(|place| (path.clone(), *place)));
                }
            }
        }
        assert!(
            crossed.is_empty(),
            "{} points, as {:?}",
            crossed.len(),
            crossed[0]
        );
    }
}
