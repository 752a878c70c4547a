//! Drawing: shapes as SVG text, and axes with round steps. Text is escaped in here and nowhere else, and colours are left to the
//! page's style sheet, so that a drawing is right on paper and at night as well.

use askama::filters::{Escaper, Html};
use std::fmt::{Display, Write};

/// Width of every drawing, in units of its own. A browser scales it.
pub const WIDTH: f64 = 760.0;
/// Height of the part between the axes.
pub const PLOT: f64 = 236.0;
/// Height of a line of text.
pub const LINE: f64 = 16.0;

/// Width that text takes, near enough: the font is the reader's.
pub fn width(text: &str) -> f64 {
    text.chars().count() as f64 * 6.4
}

/// Text, shortened to so many characters.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Shapes, in the order in which they lie above each other.
#[derive(Default)]
pub struct Drawing(String);

impl Drawing {
    /// A straight line.
    pub fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let (x1, y1, x2, y2) = (place(x1), place(y1), place(x2), place(y2));
        self.add(format_args!("<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"));
    }

    /// A line through points.
    pub fn path(&mut self, class: &str, points: impl IntoIterator<Item = (f64, f64)>) {
        let mut steps = String::new();
        for (x, y) in points {
            let _ = write!(steps, "{}{} {}", if steps.is_empty() { "M" } else { "L" }, place(x), place(y));
        }
        self.add(format_args!("<path class=\"{class}\" d=\"{steps}\"/>"));
    }

    /// A rectangle; its words show where the mouse rests.
    pub fn rect(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64), words: &str) {
        let (x, y, width, height) = (place(x), place(y), place(width), place(height));
        self.add(format_args!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\""));
        self.close("rect", words);
    }

    /// A rectangle that is hatched with the lines of the drawing `id`.
    pub fn hatched(&mut self, id: &str, (x, y): (f64, f64), (width, height): (f64, f64), words: &str) {
        let (x, y, width, height) = (place(x), place(y), place(width), place(height));
        self.add(format_args!(
            "<rect class=\"hidden\" fill=\"url(#{}_hatch)\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"",
            escaped(id)
        ));
        self.close("rect", words);
    }

    /// A circle.
    pub fn circle(&mut self, class: &str, (x, y): (f64, f64), radius: f64, words: &str) {
        let (x, y, radius) = (place(x), place(y), place(radius));
        self.add(format_args!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\""));
        self.close("circle", words);
    }

    /// A square on its corner.
    pub fn diamond(&mut self, class: &str, (x, y): (f64, f64), radius: f64, words: &str) {
        let (left, right, top, bottom) = (place(x - radius), place(x + radius), place(y - radius), place(y + radius));
        let (x, y) = (place(x), place(y));
        self.add(format_args!("<path class=\"{class}\" d=\"M{x} {top}L{right} {y}L{x} {bottom}L{left} {y}Z\""));
        self.close("path", words);
    }

    /// Text; the class says which of its ends stands at that place: `e` its end, `m` its middle.
    pub fn text(&mut self, class: &str, (x, y): (f64, f64), words: &str) {
        let (x, y) = (place(x), place(y));
        self.add(format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(words)));
    }

    /// Text that is turned by so many degrees.
    pub fn turned(&mut self, class: &str, degrees: i32, (x, y): (f64, f64), words: &str) {
        let (x, y, words) = (place(x), place(y), escaped(words));
        self.add(format_args!(
            "<text class=\"{class}\" transform=\"translate({x} {y})rotate({degrees})\">{words}</text>"
        ));
    }

    /// Says that there is nothing to draw.
    pub fn nothing(&mut self) {
        self.text("m quiet", (WIDTH / 2.0, 40.0), "Nothing to draw");
    }

    /// The whole drawing. Parts of it are named after `id`, which is unique on a page.
    pub fn finish(self, id: &str, title: &str, description: &str, height: f64) -> String {
        let (id, title, description) = (escaped(id), escaped(title), escaped(description));
        let (width, height, shapes) = (place(WIDTH), place(height), self.0);
        format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}_title {id}_desc\">\
             <title id=\"{id}_title\">{title}</title><desc id=\"{id}_desc\">{description}</desc>\
             <defs><pattern id=\"{id}_hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M3 0V6\"/></pattern></defs>{shapes}</svg>"
        )
    }

    fn close(&mut self, element: &str, words: &str) {
        if words.is_empty() {
            self.0.push_str("/>");
        } else {
            self.add(format_args!("><title>{}</title></{element}>", escaped(words)));
        }
    }

    fn add(&mut self, shape: impl Display) {
        let _ = write!(self.0, "{shape}");
    }
}

/// Text that cannot be taken for markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let _ = Html.write_escaped_str(&mut safe, text);
    safe
}

/// A place, to a tenth.
fn place(at: f64) -> String {
    let tenths = (at * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    match tenths.unsigned_abs() % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{sign}{}.{rest}", tenths.unsigned_abs() / 10),
    }
}

/// An axis from one round value to another.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Its first value.
    pub low: i64,
    /// Its last value.
    pub high: i64,
    /// From one tick to the next: 1, 2 or 5 of a power of ten.
    pub step: i64,
    /// Places of the first and the last value.
    pub ends: (f64, f64),
}

impl Axis {
    /// An axis that holds `low` and `high`, with at most about `parts` steps.
    pub fn over(low: i64, high: i64, parts: i64, ends: (f64, f64)) -> Axis {
        // Beyond it neither sums nor floats are exact, and no drawing says anything.
        const MOST: i64 = 1_000_000_000_000_000;
        let (low, high) = (low.clamp(-MOST, MOST), high.clamp(-MOST, MOST));
        let high = if low < high { high } else { low + 1 };
        let mut step = 1;
        for factor in [2, 5, 10].into_iter().cycle() {
            if high - low <= step * parts {
                break;
            }
            step = 10i64.pow(step.ilog10()) * factor;
        }
        Axis { low: low.div_euclid(step) * step, high: -((-high).div_euclid(step)) * step, step, ends }
    }

    /// Where a value stands; one beyond an end, at that end.
    pub fn at(&self, value: f64) -> f64 {
        let share = (value - self.low as f64) / (self.high - self.low) as f64;
        self.ends.0 + share.clamp(0.0, 1.0) * (self.ends.1 - self.ends.0)
    }

    /// The values that are named.
    pub fn ticks(&self) -> impl Iterator<Item = i64> + use<> {
        let Axis { low, high, step, .. } = *self;
        (0..=(high - low) / step).map(move |n| low + n * step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_round_steps() {
        let steps = |low, high| {
            let axis = Axis::over(low, high, 5, (0.0, 1.0));
            (axis.low, axis.high, axis.step)
        };
        assert_eq!(steps(0, 0), (0, 1, 1));
        assert_eq!(steps(0, 5), (0, 5, 1));
        assert_eq!(steps(0, 6), (0, 6, 2));
        assert_eq!(steps(0, 23), (0, 25, 5));
        assert_eq!(steps(0, 940), (0, 1000, 200));
        assert_eq!(steps(-30, 45), (-40, 60, 20));
        assert_eq!(steps(i64::MIN, i64::MAX).2, 500_000_000_000_000);
    }

    #[test]
    fn places_are_short() {
        assert_eq!([place(12.0), place(12.34), place(-0.04), place(-0.3)], ["12", "12.3", "0", "-0.3"]);
    }

    #[test]
    fn text_is_no_markup() {
        let mut drawing = Drawing::default();
        drawing.text("m", (0.0, 0.0), "</text><script>");
        drawing.rect("bar", (0.0, 0.0), (1.0, 1.0), "\"><img src=x>");
        let svg = drawing.finish("a\"b", "<b>", "<i>", 10.0);
        assert!(
            !svg.contains("<script") && !svg.contains("<img") && !svg.contains("<b>") && !svg.contains("a\"b"),
            "{svg}"
        );
    }
}
