//! Points within limits that narrow with the number of sessions: who differs by more than chance explains.

use super::svg::{Axis, Drawing, LINE, PLOT, WIDTH, shortened, width};
use crate::blocks::{Funnel, thousands};

/// Name, sessions, value in hundredths.
type Point = (String, i64, i64);

/// Size of a point.
const POINT: f64 = 4.0;

/// The funnel as SVG.
pub fn draw(funnel: &Funnel, id: &str) -> String {
    let mut drawing = Drawing::default();
    let points: Vec<&Point> = funnel.points.iter().filter(|(_, sessions, _)| *sessions > 0).collect();
    let (Some(least), Some(most)) =
        (points.iter().map(|point| point.1).min(), points.iter().map(|point| point.1).max())
    else {
        drawing.nothing();
        return drawing.finish(id, &funnel.title, &funnel.description, 70.0);
    };
    let top = 2.0 * LINE + 16.0;
    let bottom = top + PLOT;
    let y = value_axis(funnel, &points, least, (bottom, top));
    let left = y.ticks().map(|tick| width(&decimal(tick, y.step)) + 12.0).fold(28.0, f64::max);
    let right = WIDTH - 24.0;
    let x = Axis::over(0, most, 8, (left, right));

    drawing.text("quiet", (0.0, 12.0), &funnel.y);
    for tick in y.ticks() {
        let at = y.at(tick as f64);
        drawing.line("grid", (left, at), (right, at));
        drawing.text("e quiet", (left - 6.0, at + 4.0), &decimal(tick, y.step));
    }
    drawing.line("axis", (left, bottom), (right, bottom));
    for tick in x.ticks() {
        let at = x.at(tick as f64);
        drawing.line("axis", (at, bottom), (at, bottom + 4.0));
        drawing.text("m quiet", (at, bottom + LINE + 2.0), &thousands(tick));
    }
    drawing.text("m quiet", ((left + right) / 2.0, bottom + 2.0 * LINE + 4.0), &funnel.x);

    let centre = y.at(funnel.centre as f64);
    drawing.line("centre", (left, centre), (right, centre));
    if has_limits(funnel) {
        for side in [-1.0, 1.0] {
            drawing.path("limit", limit(funnel, side, &x, &y));
        }
    }
    // Those outside lie above the others.
    let (outside, inside): (Vec<&Point>, Vec<&Point>) = points.iter().partition(|point| excess(funnel, point) > 1.0);
    for (name, sessions, value) in &inside {
        let at = (x.at(*sessions as f64), y.at(*value as f64));
        drawing.circle("point", at, POINT, &words(name, *sessions, *value));
    }
    for (name, sessions, value) in &outside {
        let at = (x.at(*sessions as f64), y.at(*value as f64));
        drawing.diamond("outside", at, POINT + 2.0, &words(name, *sessions, *value));
    }
    let unnamed = outside.len() - name_points(&mut drawing, funnel, outside, &x, &y);

    legend(&mut drawing, funnel, unnamed);
    drawing.finish(id, &funnel.title, &funnel.description, bottom + 2.0 * LINE + 12.0)
}

/// An axis that holds all points, and the limits at the least number of sessions that one of them has.
fn value_axis(funnel: &Funnel, points: &[&Point], least: i64, ends: (f64, f64)) -> Axis {
    let values = || points.iter().map(|point| point.2).chain([funnel.centre]);
    let (low, high) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
    let reach = if has_limits(funnel) { (funnel.spread / (least as f64).sqrt()) as i64 } else { 0 };
    let (below, above) = (funnel.centre.saturating_sub(reach).min(low), funnel.centre.saturating_add(reach).max(high));
    // What cannot be below nothing has no limit there.
    let below = if low >= 0 { below.max(0) } else { below };
    Axis::over(below, above, 6, ends)
}

/// Without a spread there is nothing to be outside of.
fn has_limits(funnel: &Funnel) -> bool {
    funnel.spread.is_finite() && funnel.spread > 0.0
}

/// How far a point is from the centre, in distances of its limit.
fn excess(funnel: &Funnel, (_, sessions, value): &Point) -> f64 {
    if !has_limits(funnel) {
        return 0.0;
    }
    (*value as f64 - funnel.centre as f64).abs() / (funnel.spread / (*sessions as f64).sqrt())
}

/// The places of a limit, from where it comes into sight.
fn limit(funnel: &Funnel, side: f64, x: &Axis, y: &Axis) -> Vec<(f64, f64)> {
    let edge = if side < 0.0 { y.low } else { y.high } as f64;
    // Where the limit passes the edge of the plot.
    let root = funnel.spread / (edge - funnel.centre as f64);
    let first = (root * root).clamp(0.01, x.high as f64);
    let steps = 120;
    // Close together at the start, where it bends.
    let share = |n: i32| f64::from(n) / f64::from(steps);
    let sessions = |n: i32| first + (x.high as f64 - first) * share(n) * share(n) * share(n);
    let at = |sessions: f64| (x.at(sessions), y.at(funnel.centre as f64 + side * funnel.spread / sessions.sqrt()));
    (0..=steps).map(sessions).map(at).collect()
}

/// Names the points, those farthest outside first, where there is room; how many it named.
fn name_points(drawing: &mut Drawing, funnel: &Funnel, mut points: Vec<&Point>, x: &Axis, y: &Axis) -> usize {
    points.sort_by(|a, b| excess(funnel, b).total_cmp(&excess(funnel, a)));
    let place = |point: &Point| (x.at(point.1 as f64), y.at(point.2 as f64));
    // Left, top, right, bottom of what must stay free: the points, and the names so far.
    let mut taken: Vec<[f64; 4]> = points
        .iter()
        .map(|point| place(point))
        .map(|(x, y)| [x - POINT - 2.0, y - POINT - 2.0, x + POINT + 2.0, y + POINT + 2.0])
        .collect();
    let mut named = 0;
    for point in points {
        let name = shortened(&point.0, 26);
        let (at_x, at_y) = place(point);
        let (wide, off) = (width(&name), POINT + 5.0);
        let ways = [
            ("halo", at_x + off, at_x + off, at_y + 4.0),
            ("halo e", at_x - off, at_x - off - wide, at_y + 4.0),
            ("halo m", at_x, at_x - wide / 2.0, at_y - off - 2.0),
            ("halo m", at_x, at_x - wide / 2.0, at_y + off + 10.0),
        ];
        let fits = ways.into_iter().find_map(|(class, anchor, left, base)| {
            let [left, top, right, bottom] = [left, base - 10.0, left + wide, base + 3.0];
            let inside = left >= x.ends.0 && right <= WIDTH && top >= y.ends.1 - 4.0 && bottom <= y.ends.0;
            let free =
                !taken.iter().any(|other| left < other[2] && other[0] < right && top < other[3] && other[1] < bottom);
            (inside && free).then_some((class, (anchor, base), [left, top, right, bottom]))
        });
        if let Some((class, at, space)) = fits {
            drawing.text(class, at, &name);
            taken.push(space);
            named += 1;
        }
    }
    named
}

fn legend(drawing: &mut Drawing, funnel: &Funnel, unnamed: usize) {
    let y = LINE + 14.0;
    let mut x = 0.0;
    let mut sign = |drawing: &mut Drawing, words: &str, draw: &dyn Fn(&mut Drawing, f64)| {
        draw(drawing, x);
        drawing.text("quiet", (x + 26.0, y), words);
        x += 26.0 + width(words) + 20.0;
    };
    let line = |class: &'static str| {
        move |drawing: &mut Drawing, x: f64| drawing.line(class, (x, y - 4.0), (x + 20.0, y - 4.0))
    };
    sign(drawing, &format!("expected: {}", decimal(funnel.centre, 1)), &line("centre"));
    if !has_limits(funnel) {
        return;
    }
    sign(drawing, "limits of chance", &line("limit"));
    sign(drawing, "within", &|drawing, x| drawing.circle("point", (x + 14.0, y - 4.0), POINT, ""));
    let outside = match unnamed {
        0 => "outside, with name".to_owned(),
        more => format!("outside, with name where there is room ({} more)", thousands(more as i64)),
    };
    sign(drawing, &outside, &|drawing, x| drawing.diamond("outside", (x + 14.0, y - 4.0), POINT + 2.0, ""));
}

fn words(name: &str, sessions: i64, value: i64) -> String {
    format!("{name}: {} at {}", decimal(value, 1), thousands(sessions))
}

/// Hundredths as a decimal, with the digits that steps of `step` need.
fn decimal(hundredths: i64, step: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (thousands((hundredths.unsigned_abs() / 100) as i64), hundredths.unsigned_abs() % 100);
    match step {
        100.. => format!("{sign}{whole}"),
        10.. => format!("{sign}{whole}.{}", rest / 10),
        _ => format!("{sign}{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn funnel(points: &[(&str, i64, i64)]) -> Funnel {
        let points = points.iter().map(|(name, sessions, value)| ((*name).to_owned(), *sessions, *value)).collect();
        Funnel { points, centre: 1500, spread: 3000.0, ..Funnel::default() }
    }

    #[test]
    fn without_points_there_is_nothing() {
        assert!(draw(&funnel(&[]), "c").contains("Nothing to draw"));
        assert!(draw(&funnel(&[("no sessions", 0, 1500)]), "c").contains("Nothing to draw"));
    }

    #[test]
    fn only_those_outside_are_named() {
        let svg = draw(&funnel(&[("near", 100, 1600), ("far", 100, 1900)]), "c");
        assert!(svg.contains(">far</text>") && !svg.contains(">near</text>"), "{svg}");
        assert!(svg.contains("<title>near: 16.00 at 100</title>"), "{svg}");
    }

    #[test]
    fn places_are_finite_whatever_the_numbers() {
        let one = [("one", 1, 1500)];
        let wide = [("low", 1, i64::MIN), ("high", i64::MAX, i64::MAX)];
        for (points, spread) in
            [(&one[..], 3000.0), (&one, 0.0), (&one, f64::NAN), (&one, f64::INFINITY), (&wide, 1e300)]
        {
            let svg = draw(&Funnel { spread, ..funnel(points) }, "c");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }

    #[test]
    fn names_that_find_no_room_are_counted() {
        let many: Vec<Point> = (0..50).map(|n| (format!("therapist {n}"), 100, 3000)).collect();
        assert!(draw(&Funnel { points: many, ..funnel(&[]) }, "c").contains(" more)"));
    }
}
