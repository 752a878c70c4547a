//! Bars side by side: histograms, months, Pareto charts.

use super::svg::{Axis, Drawing, LINE, PLOT, WIDTH, shortened, width};
use crate::blocks::{Bars, thousands};

/// Height of what stands for a bar that is not shown. It is always the same, so that it tells nothing.
const HIDDEN: f64 = 72.0;
/// Characters of a label that is turned.
const LABEL: usize = 22;

/// The bars as SVG.
pub fn draw(bars: &Bars, id: &str) -> String {
    let mut drawing = Drawing::default();
    if bars.bars.is_empty() {
        drawing.nothing();
        return drawing.finish(id, &bars.title, &bars.description, 70.0);
    }
    let shares = shares(bars);
    let names = Names::of(bars);
    let axis = height_axis(bars, (0.0, 0.0));
    let left = axis.ticks().map(|tick| width(&thousands(tick)) + 12.0).fold(names.room(), f64::max);
    let right = WIDTH - if shares.is_some() { 44.0 } else { 8.0 };
    let step = (right - left) / bars.bars.len() as f64;
    let lanes = lanes(bars, left, step);

    let legend = legend(bars, shares.is_some());
    let legend_line = if legend.is_empty() { 0.0 } else { LINE + 4.0 };
    let top = LINE + legend_line + lanes.iter().max().map_or(0.0, |most| (most + 1) as f64 * LINE) + 10.0;
    let bottom = top + PLOT;
    let axis = height_axis(bars, (bottom, top));

    drawing.text("quiet", (0.0, 12.0), &bars.y);
    let mut x = 0.0;
    for (sign, words) in legend {
        let y = 12.0 + LINE + 2.0;
        match sign {
            Sign::Hidden => drawing.hatched(id, (x, y - 9.0), (20.0, 10.0), ""),
            Sign::Share => drawing.line("share", (x, y - 4.0), (x + 20.0, y - 4.0)),
            Sign::None => x -= 26.0,
        }
        drawing.text("quiet", (x + 26.0, y), words);
        x += 26.0 + width(words) + 24.0;
    }
    for tick in axis.ticks() {
        let y = axis.at(tick as f64);
        drawing.line(if tick == 0 { "axis" } else { "grid" }, (left, y), (right, y));
        drawing.text("e quiet", (left - 6.0, y + 4.0), &thousands(tick));
    }

    let thick = if step < 4.0 { step } else { (step * 0.82).min(56.0) };
    for (n, (name, height)) in bars.bars.iter().enumerate() {
        let middle = left + (n as f64 + 0.5) * step;
        let (zero, x) = (axis.at(0.0), middle - thick / 2.0);
        match height {
            Some(height) => {
                let end = axis.at(*height as f64);
                let size = (thick, (end - zero).abs());
                drawing.rect("bar", (x, end.min(zero)), size, &format!("{name}: {}", thousands(*height)));
            }
            None => {
                drawing.hatched(id, (x, zero - HIDDEN), (thick, HIDDEN), &format!("{name}: not shown"));
                if thick >= 11.0 {
                    drawing.turned("halo", -90, (middle + 4.0, zero - 7.0), "not shown");
                }
            }
        }
    }
    for ((place, words), lane) in bars.marks.iter().zip(&lanes) {
        let (x, y) = (left + *place as f64 * step, top - 8.0 - *lane as f64 * LINE);
        drawing.line("mark", (x, y - 9.0), (x, bottom));
        let (class, x) = if x + 4.0 + width(words) > WIDTH { ("halo e", x - 4.0) } else { ("halo", x + 4.0) };
        drawing.text(class, (x, y), words);
    }
    if let Some(shares) = &shares {
        let percent = Axis::over(0, 100, 5, axis.ends);
        let points =
            || shares.iter().enumerate().map(|(n, share)| (left + (n as f64 + 0.5) * step, percent.at(*share)));
        drawing.path("share", points());
        if step > 12.0 {
            for ((x, y), share) in points().zip(shares) {
                drawing.circle("dot", (x, y), 3.0, &format!("{share:.1}% so far"));
            }
        }
        for tick in percent.ticks() {
            drawing.text("quiet", (right + 6.0, percent.at(tick as f64) + 4.0), &format!("{tick}%"));
        }
    }

    let every = names.every(step);
    for (n, (name, _)) in bars.bars.iter().enumerate().step_by(every) {
        let x = left + (n as f64 + 0.5) * step;
        match names {
            Names::Flat { .. } => drawing.text("m", (x, bottom + LINE), name),
            Names::Turned { .. } => drawing.turned("e", -40, (x + 4.0, bottom + 14.0), &shortened(name, LABEL)),
        }
    }
    let under = bottom + names.depth() + LINE + 2.0;
    drawing.text("m quiet", ((left + right) / 2.0, under), &bars.x);
    drawing.finish(id, &bars.title, &bars.description, under + 8.0)
}

fn height_axis(bars: &Bars, ends: (f64, f64)) -> Axis {
    let heights = || bars.bars.iter().filter_map(|(_, height)| *height);
    Axis::over(heights().min().unwrap_or(0).min(0), heights().max().unwrap_or(0).max(0), 5, ends)
}

/// Percent of all bars up to each. With a bar that is not shown nobody may know them; of nothing there is no share.
fn shares(bars: &Bars) -> Option<Vec<f64>> {
    let heights: Vec<i64> = bars.bars.iter().map(|(_, height)| *height).collect::<Option<_>>()?;
    let total: f64 = heights.iter().map(|height| *height as f64).sum();
    if !bars.cumulative || total <= 0.0 || heights.iter().any(|height| *height < 0) {
        return None;
    }
    let mut sum = 0.0;
    let share = |height: &i64| {
        sum += *height as f64;
        sum * 100.0 / total
    };
    Some(heights.iter().map(share).collect())
}

/// What a word in the legend stands beside.
enum Sign {
    Hidden,
    Share,
    None,
}

fn legend(bars: &Bars, shares: bool) -> Vec<(Sign, &'static str)> {
    let mut legend = Vec::new();
    let hidden = bars.bars.iter().any(|(_, height)| height.is_none());
    if hidden {
        legend.push((Sign::Hidden, "not shown: its height says nothing"));
    }
    if shares {
        legend.push((Sign::Share, "share of the total up to this bar (right axis)"));
    } else if bars.cumulative && hidden {
        legend.push((Sign::None, "No shares are drawn, since a bar is not shown."));
    }
    legend
}

/// How the names of bars are written: numbers and short ones flat, others turned.
#[derive(Clone, Copy)]
enum Names {
    Flat { longest: f64 },
    Turned { longest: f64 },
}

impl Names {
    fn of(bars: &Bars) -> Names {
        let longest = bars.bars.iter().map(|(name, _)| width(name)).fold(0.0, f64::max);
        let number = |name: &str| name.chars().all(|c| c.is_ascii_digit());
        let numbers = bars.bars.iter().all(|(name, _)| number(name));
        match numbers || longest + 8.0 <= (WIDTH - 60.0) / bars.bars.len() as f64 {
            true => Names::Flat { longest },
            false => Names::Turned { longest: longest.min(width(&"x".repeat(LABEL))) },
        }
    }

    /// Every which bar is named, so that names keep apart.
    fn every(self, step: f64) -> usize {
        let room = match self {
            Names::Flat { longest } => longest + 8.0,
            Names::Turned { .. } => 15.0,
        };
        [1, 2, 5, 10, 20, 50, 100, 200, 500].into_iter().find(|every| *every as f64 * step >= room).unwrap_or(1000)
    }

    /// How far names reach down.
    fn depth(self) -> f64 {
        match self {
            Names::Flat { .. } => LINE,
            Names::Turned { longest } => longest * 0.65 + 14.0,
        }
    }

    /// How far the name of the first bar reaches to the left.
    fn room(self) -> f64 {
        match self {
            Names::Flat { .. } => 28.0,
            Names::Turned { longest } => longest * 0.77,
        }
    }
}

/// The line of each mark's words, from the lowest. Words that would meet those to their right stand above them, where no mark of
/// another crosses them.
fn lanes(bars: &Bars, left: f64, step: f64) -> Vec<usize> {
    let mut starts: Vec<f64> = Vec::new();
    let mut lanes = vec![0; bars.marks.len()];
    let mut order: Vec<usize> = (0..bars.marks.len()).collect();
    order.sort_by_key(|n| std::cmp::Reverse(bars.marks[*n].0));
    for n in order {
        let (place, words) = &bars.marks[n];
        let x = left + *place as f64 * step;
        let (start, end) = match x + 4.0 + width(words) > WIDTH {
            true => (x - 4.0 - width(words), x),
            false => (x, x + 8.0 + width(words)),
        };
        let lane = starts.iter().position(|next| end <= *next).unwrap_or(starts.len());
        starts.resize(starts.len().max(lane + 1), f64::MAX);
        starts[lane] = start;
        lanes[n] = lane;
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(heights: &[Option<i64>]) -> Bars {
        let bars = heights.iter().enumerate().map(|(n, height)| (format!("bar {n}"), *height)).collect();
        Bars { title: "Title".into(), bars, ..Bars::default() }
    }

    #[test]
    fn no_bars_are_said_to_be_none() {
        assert!(draw(&bars(&[]), "c").contains("Nothing to draw"));
    }

    #[test]
    fn zeros_and_extremes_have_finite_places() {
        for heights in [&[Some(0), Some(0)][..], &[Some(i64::MAX), Some(i64::MIN)], &[Some(7)], &[None]] {
            let svg = draw(&Bars { cumulative: true, ..bars(heights) }, "c");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            assert_eq!(svg.matches("<rect").count() - usize::from(heights[0].is_none()), heights.len());
        }
    }

    #[test]
    fn a_bar_that_is_not_shown_takes_the_shares_along() {
        let all = Bars { cumulative: true, ..bars(&[Some(3), Some(1)]) };
        assert_eq!(shares(&all), Some(vec![75.0, 100.0]));
        let svg = draw(&Bars { bars: vec![("a".into(), Some(3)), ("b".into(), None)], ..all }, "c");
        assert!(svg.contains("b: not shown") && !svg.contains("class=\"share\""), "{svg}");
    }

    #[test]
    fn names_are_thinned_where_bars_are_many() {
        let many = Bars { bars: (0..1440).map(|n| (n.to_string(), Some(n))).collect(), ..Bars::default() };
        assert!(draw(&many, "c").matches("<text class=\"m\"").count() < 40);
    }

    #[test]
    fn words_of_marks_keep_apart() {
        let marks = vec![(0, "first band".to_owned()), (1, "second band".to_owned()), (60, "third".to_owned())];
        assert_eq!(lanes(&Bars { marks, ..Bars::default() }, 40.0, 8.0), [1, 0, 0]);
    }
}
