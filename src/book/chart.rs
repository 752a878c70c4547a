//! Charts of Excel's own. What they are drawn from stands on a sheet at the end, since Excel draws from cells alone.

use super::formats::{ACCENT, Formats, GREY, RED};
use super::protection;
use super::text::clean;
use crate::blocks::{Bars, Chart, Funnel};
use rust_xlsxwriter::{
    Chart as Drawing, ChartDataLabel, ChartDataLabelPosition, ChartErrorBars, ChartErrorBarsDirection,
    ChartErrorBarsType, ChartFont, ChartFormat, ChartLine, ChartLineDashType, ChartMarker, ChartMarkerType,
    ChartSeries, ChartSolidFill, ChartType, Color, Worksheet, XlsxError,
};

/// Rows of a page that a chart takes.
pub(super) const ROWS: u32 = 18;

/// Its size in pixels; a row has 20.
const SIZE: (u32, u32) = (900, 20 * ROWS);

/// The colour of bars, and of lines over them.
const BAR: Color = Color::RGB(0x8f_b0_d0);
const GRID: Color = Color::RGB(0xe1_e6_eb);

/// Points of the line of a limit.
const STEPS: usize = 60;

/// Names of points outside their limits that are shown, at most.
const NAMED: usize = 15;

/// What charts are drawn from.
#[derive(Default)]
pub(super) struct Charts {
    /// Name of the sheet at the end; empty while there is no chart.
    pub sheet: String,
    columns: Vec<Column>,
}

/// A column of the sheet; between those of two charts is an empty one.
#[derive(Default)]
struct Column {
    /// The chart, in its first column.
    title: String,
    heading: String,
    values: Vec<Datum>,
}

enum Datum {
    Name(String),
    Number(f64),
    Nothing,
}

/// Where a column's values stand.
#[derive(Clone, Copy)]
struct Place {
    column: u16,
    last: u32,
}

/// The first row with values.
const FIRST: u32 = 2;

impl Charts {
    /// Draws a chart on a page, from a row on.
    pub fn draw(&mut self, sheet: &mut Worksheet, row: u32, chart: &Chart) -> Result<(), XlsxError> {
        let drawing = match chart {
            Chart::Bars(bars) => self.bars(bars),
            Chart::Funnel(funnel) => self.funnel(funnel),
        };
        sheet.insert_chart_with_offset(row, 0, &drawing, 4, 4)?;
        Ok(())
    }

    fn bars(&mut self, bars: &Bars) -> Drawing {
        let mut drawing = styled(ChartType::Column, &bars.title, &bars.description, &bars.x, &bars.y);
        let names = self.add(&bars.title, &bars.x, bars.bars.iter().map(|(name, _)| Datum::Name(name.clone())));
        let values = self.add("", &bars.y, bars.bars.iter().map(|(_, height)| Datum::number(height.map(|n| n as f64))));
        drawing.push_series(
            self.series(names, values)
                .set_name(bars.y.as_str())
                .set_gap(40)
                .set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(BAR))),
        );
        // A chart can be combined with one more, on one axis.
        if bars.cumulative {
            drawing.y2_axis().set_min(0).set_max(1).set_num_format("0%");
            drawing.combine(&self.shares(bars, names));
        } else if !bars.marks.is_empty() {
            drawing.combine(&self.marks(bars, names));
        }
        drawing
    }

    /// The line of the share that all bars up to each have.
    fn shares(&mut self, bars: &Bars, names: Place) -> Drawing {
        const NAME: &str = "share of all up to here";
        let total = bars.bars.iter().filter_map(|(_, height)| *height).sum::<i64>().max(1) as f64;
        let mut so_far = 0;
        let shares = bars.bars.iter().map(|(_, height)| {
            so_far += height.unwrap_or(0);
            Datum::Number(so_far as f64 / total)
        });
        let shares = self.add("", NAME, shares);
        let mut drawing = Drawing::new(ChartType::Line);
        drawing.push_series(
            self.series(names, shares)
                .set_name(NAME)
                .set_secondary_axis(true)
                .set_format(ChartFormat::new().set_line(ChartLine::new().set_color(ACCENT).set_width(1.75)))
                .set_marker(ChartMarker::new().set_none()),
        );
        drawing
    }

    /// Lines at the bars that are marked: points at the height of the highest bar, each with a line down to the ground.
    fn marks(&mut self, bars: &Bars, names: Place) -> Drawing {
        let top = bars.bars.iter().filter_map(|(_, height)| *height).max().unwrap_or(0).max(1) as f64;
        let mark = |n: usize| bars.marks.iter().find(|(place, _)| *place == n);
        let points = (0..bars.bars.len()).map(|n| Datum::number(mark(n).map(|_| top)));
        let points = self.add("", "marks", points);
        let labels: Vec<ChartDataLabel> =
            (0..bars.bars.len()).map(|n| label(mark(n).map(|(_, words)| words))).collect();
        let mut down = ChartErrorBars::new();
        down.set_type(ChartErrorBarsType::Percentage(100.0))
            .set_direction(ChartErrorBarsDirection::Minus)
            .set_end_cap(false)
            .set_format(ChartFormat::new().set_line(&dashed(ACCENT)));
        let mut drawing = Drawing::new(ChartType::Line);
        drawing.push_series(
            self.series(names, points)
                .set_name("marks")
                .set_format(ChartFormat::new().set_no_line())
                .set_marker(ChartMarker::new().set_none())
                .set_y_error_bars(&down)
                .set_data_label(ChartDataLabel::new().show_value().set_position(ChartDataLabelPosition::Above))
                .set_custom_data_labels(&labels),
        );
        drawing
    }

    fn funnel(&mut self, funnel: &Funnel) -> Drawing {
        let mut drawing =
            styled(ChartType::ScatterStraightWithMarkers, &funnel.title, &funnel.description, &funnel.x, &funnel.y);
        let hundredths = |value: f64| Datum::Number(value / 100.0);
        let limit = |sessions: f64, side: f64| funnel.centre as f64 + side * funnel.spread / sessions.max(1.0).sqrt();
        self.add(&funnel.title, "name", funnel.points.iter().map(|(name, ..)| Datum::Name(name.clone())));
        let x = self.add("", &funnel.x, funnel.points.iter().map(|(_, n, _)| Datum::Number(*n as f64)));
        let y = self.add("", &funnel.y, funnel.points.iter().map(|(.., value)| hundredths(*value as f64)));
        // Names of the points that are farthest outside their limits; the others have none.
        let beyond = |(_, n, value): &(String, i64, i64)| {
            let distance = (*value - funnel.centre).abs() as f64;
            distance * (*n as f64).max(1.0).sqrt() - funnel.spread
        };
        let mut outside: Vec<usize> = (0..funnel.points.len()).filter(|n| beyond(&funnel.points[*n]) > 0.0).collect();
        outside.sort_by(|a, b| beyond(&funnel.points[*b]).total_cmp(&beyond(&funnel.points[*a])));
        outside.truncate(NAMED);
        let labels: Vec<ChartDataLabel> =
            (0..funnel.points.len()).map(|n| label(outside.contains(&n).then(|| &funnel.points[n].0))).collect();
        let mut series = self.series(x, y);
        series.set_name("each").set_format(ChartFormat::new().set_no_line()).set_marker(
            ChartMarker::new()
                .set_type(ChartMarkerType::Circle)
                .set_size(6)
                .set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(ACCENT))),
        );
        if !outside.is_empty() {
            series.set_custom_data_labels(&labels);
        }
        drawing.push_series(&series);
        // From the lowest point on: a funnel is narrow, and far from 0.
        let lowest = funnel.points.iter().map(|point| point.2).min().unwrap_or(0).min(funnel.centre);
        drawing.y_axis().set_min((lowest as f64 / 100.0 - 2.0).floor().max(0.0)).set_num_format("0");
        let least = funnel.points.iter().map(|point| point.1).min().unwrap_or(1).max(1) as f64;
        let most = funnel.points.iter().map(|point| point.1).max().unwrap_or(1).max(2) as f64;
        // Even steps of the root: the curve bends where there are few.
        let at = |n: usize| {
            let root = least.sqrt() + (most.sqrt() - least.sqrt()) * n as f64 / STEPS as f64;
            root * root
        };
        let steps = self.add("", "limits at", (0..=STEPS).map(|n| Datum::Number(at(n))));
        for (name, side, drawn) in [
            ("expected", 0.0, line(GREY, ChartLineDashType::Solid)),
            ("lower limit", -1.0, dashed(RED)),
            ("upper limit", 1.0, dashed(RED)),
        ] {
            let values = self.add("", name, (0..=STEPS).map(|n| hundredths(limit(at(n), side))));
            drawing.push_series(
                self.series(steps, values)
                    .set_name(name)
                    .set_format(ChartFormat::new().set_line(&drawn))
                    .set_marker(ChartMarker::new().set_none()),
            );
        }
        drawing
    }

    /// Adds a column.
    fn add(&mut self, title: &str, heading: &str, values: impl IntoIterator<Item = Datum>) -> Place {
        if !title.is_empty() && !self.columns.is_empty() {
            self.columns.push(Column::default());
        }
        let values: Vec<Datum> = values.into_iter().collect();
        let last = FIRST + values.len().max(1) as u32 - 1;
        self.columns.push(Column { title: title.into(), heading: heading.into(), values });
        Place { column: self.columns.len() as u16 - 1, last }
    }

    fn series(&self, x: Place, y: Place) -> ChartSeries {
        let range = |Place { column, last }| (self.sheet.as_str(), FIRST, column, last, column);
        let mut series = ChartSeries::new();
        series.set_categories(range(x)).set_values(range(y));
        series
    }

    /// Writes the sheet at the end.
    pub fn write(&self, sheet: &mut Worksheet, formats: &Formats) -> Result<(), XlsxError> {
        for (place, column) in (0..).zip(&self.columns) {
            sheet.write_string_with_format(0, place, clean(&column.title), &formats.heading)?;
            if !column.heading.is_empty() {
                sheet.write_string_with_format(1, place, clean(&column.heading), &formats.head)?;
                sheet.set_column_width(place, column.heading.chars().count().clamp(10, 24) as f64 + 2.0)?;
            }
            for (row, value) in (FIRST..).zip(&column.values) {
                match value {
                    Datum::Name(name) => sheet.write_string(row, place, clean(name))?,
                    Datum::Number(number) => sheet.write_number(row, place, *number)?,
                    Datum::Nothing => sheet,
                };
            }
        }
        sheet.set_freeze_panes(FIRST, 0)?;
        sheet.protect_with_options(&protection());
        Ok(())
    }
}

impl Datum {
    fn number(number: Option<f64>) -> Datum {
        number.map_or(Datum::Nothing, Datum::Number)
    }
}

/// The name of a point, or none.
fn label(name: Option<&String>) -> ChartDataLabel {
    let mut label = ChartDataLabel::new();
    match name {
        Some(name) => label.set_value(clean(name).as_ref()).to_custom(),
        None => label.set_hidden().to_custom(),
    }
}

fn dashed(color: Color) -> ChartLine {
    line(color, ChartLineDashType::Dash)
}

fn line(color: Color, dashes: ChartLineDashType) -> ChartLine {
    let mut line = ChartLine::new();
    line.set_color(color).set_width(1.25).set_dash_type(dashes);
    line
}

/// A chart with what all have in common.
fn styled(kind: ChartType, title: &str, description: &str, x: &str, y: &str) -> Drawing {
    let mut drawing = Drawing::new(kind);
    let mut font = ChartFont::new();
    font.set_size(9).set_color(GREY);
    let mut title_font = ChartFont::new();
    title_font.set_size(12).set_bold().set_color(ACCENT);
    drawing.title().set_name(clean(title).as_ref()).set_font(&title_font);
    drawing.x_axis().set_name(clean(x).as_ref()).set_font(&font).set_name_font(&font).set_major_gridlines(false);
    drawing.y_axis().set_name(clean(y).as_ref()).set_font(&font).set_name_font(&font);
    drawing.y_axis().set_major_gridlines_line(ChartLine::new().set_color(GRID));
    drawing.legend().set_hidden();
    drawing.set_width(SIZE.0).set_height(SIZE.1).set_alt_text(clean(description));
    drawing
}
