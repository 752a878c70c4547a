//! A report as one HTML page. Nothing is fetched and nothing is sent: a policy in the page forbids the browser to, and lets only
//! the style and the script run that are written here, known by their hashes. It can be read without the script, which sorts and
//! filters.

mod bars;
mod funnel;
mod svg;

use crate::blocks::{Block, Cell, Chart, Heading, Kind, Section, Table};
use crate::error::{Error, Result};
use crate::grid::Value;
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt::Display;

/// What stands above a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// What the report is.
    pub title: String,
    /// Of which period and files.
    pub subtitle: String,
    /// Who may see it, and what is therefore left out.
    pub audience: String,
    /// Id of the run.
    pub run: String,
    /// Day of making, where the caller was told one.
    pub date: Option<String>,
    /// Name and version of the program.
    pub program: String,
}

/// The page, the same bytes for the same report. The first section is the verdict and stands out.
///
/// # Errors
/// Only a mistake of ours.
pub fn page(head: &Head, sections: &[Section]) -> Result<String> {
    let css = format!("{}{}", include_str!("page.css").trim_end(), margins(head));
    let js = include_str!("page.js").trim_end();
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        source(&css),
        source(js)
    );
    let page = Page { head, sections, css: &css, js, policy: &policy };
    page.render().map_err(|error| Error::Bug(format!("page: {error}")))
}

/// A text as a policy names it.
fn source(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// What stands under each printed page.
fn margins(head: &Head) -> String {
    format!(
        "\n@page{{@bottom-left{{content:\"{} \\B7  run {}\"}}@bottom-right{{content:counter(page) \" of \" counter(pages)}}}}",
        css_text(&head.program),
        css_text(&head.run)
    )
}

/// Text within quotes in CSS: all but letters, digits and the plainest signs by their numbers.
fn css_text(text: &str) -> String {
    let safe = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | '-' | '_' => c.to_string(),
        other => format!("\\{:X} ", u32::from(other)),
    };
    text.chars().map(safe).collect()
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    head: &'a Head,
    sections: &'a [Section],
    css: &'a str,
    js: &'a str,
    policy: &'a str,
}

impl<'a> Page<'a> {
    fn blocks(&self, section: &'a Section) -> Blocks<'a> {
        Blocks { blocks: &section.blocks, name: &section.title, id: &section.id }
    }
}

/// Blocks of a section, or within a fold.
#[derive(Template)]
#[template(path = "blocks.html")]
struct Blocks<'a> {
    blocks: &'a [Block],
    /// Says what a part without a caption of its own belongs to.
    name: &'a str,
    /// What the ids of charts start with.
    id: &'a str,
}

impl<'a> Blocks<'a> {
    fn fold(&self, id: &'a str, name: &'a str, blocks: &'a [Block]) -> Blocks<'a> {
        Blocks { blocks, name, id }
    }

    fn table(&self, table: &'a Table) -> Shown<'a> {
        Shown { table, name: if table.caption.is_empty() { self.name } else { &table.caption } }
    }

    /// What a chart shows, what to notice in it, and the drawing. Ids of the report have no underscore, so its own is unique.
    fn chart(&self, chart: &'a Chart, place: impl Display) -> (&'a str, &'a str, String) {
        let id = format!("{}_{place}", self.id);
        match chart {
            Chart::Bars(bars) => (&bars.title, &bars.description, bars::draw(bars, &id)),
            Chart::Funnel(funnel) => (&funnel.title, &funnel.description, funnel::draw(funnel, &id)),
        }
    }
}

/// A table. End tags that HTML does not ask for are left out: there may be a hundred thousand cells.
#[derive(Template)]
#[template(path = "table.html")]
struct Shown<'a> {
    table: &'a Table,
    name: &'a str,
}

impl<'a> Shown<'a> {
    /// How small it is printed.
    fn class(&self) -> &'static str {
        match self.table.columns.len() {
            0..=10 => "",
            11..=16 => " class=wide",
            _ => " class=widest",
        }
    }

    fn heading(&self, heading: &Heading) -> &'static str {
        if is_number(heading.kind) { " class=n" } else { "" }
    }

    /// The cells of a row: start tag, text, and where it leads.
    fn cells(&self, row: &'a [Cell]) -> impl Iterator<Item = (String, String, Option<&'a str>)> {
        row.iter().zip(&self.table.columns).enumerate().map(|(column, (cell, heading))| {
            let text = cell.shown(heading.kind);
            let target = match cell {
                Cell::Link(_, id) => Some(id.as_str()),
                _ => None,
            };
            (tag(column, heading.kind, cell, &text), text, target)
        })
    }
}

/// The start tag of a cell. The first one names its row, if it is a name; long text wraps; of a number that is shown with commas
/// the script is told the plain one.
fn tag(column: usize, kind: Kind, cell: &Cell, text: &str) -> String {
    if is_number(kind) {
        return match cell {
            Cell::Is(Value::Whole(_)) if text.contains(',') => {
                format!("<td class=n data-value={}>", text.replace(',', ""))
            }
            _ => "<td class=n>".into(),
        };
    }
    let element = match (column, kind) {
        (0, Kind::Text | Kind::Day) if !text.is_empty() => "th scope=row",
        _ => "td",
    };
    let class = match kind {
        Kind::Line => " class=k",
        Kind::Day => " class=d",
        Kind::Long => " class=l",
        // Any text may be long.
        _ if text.chars().nth(40).is_some() => " class=l",
        _ => "",
    };
    format!("<{element}{class}>")
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Cents | Kind::Decimal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::{Bars, Figure, Funnel};

    const HOSTILE: &str = "\"'><script>alert(1)</script></title></style><img src=x onerror=alert(2)>";

    fn sections() -> Vec<Section> {
        let mut table = Table::new(HOSTILE, &[(HOSTILE, Kind::Text), ("paid", Kind::Cents), ("why", Kind::Long)]);
        table.row([Value::text(HOSTILE), Value::Whole(123_456), Value::text(HOSTILE)]);
        table.rows.push(vec![Cell::Link(HOSTILE.into(), "second".into()), Cell::Hidden, Cell::Is(Value::Empty)]);
        table.note = HOSTILE.into();
        let text = || HOSTILE.to_owned();
        let bars = Bars {
            title: text(),
            description: text(),
            x: text(),
            y: text(),
            bars: vec![(text(), Some(1))],
            marks: vec![(0, text())],
            cumulative: true,
        };
        let funnel = Funnel {
            title: text(),
            description: text(),
            x: text(),
            y: text(),
            points: vec![(text(), 9, 900)],
            centre: 100,
            spread: 9.0,
        };
        let blocks = vec![
            Block::Text(text()),
            Block::Warning(text()),
            Block::Lines(text()),
            Block::List(vec![text()]),
            Block::Figures(vec![Figure { value: text(), label: text(), note: text() }]),
            Block::Table(table.clone()),
            Block::Chart(Chart::Bars(bars), table.clone()),
            Block::Fold { id: "fold".into(), title: text(), blocks: vec![Block::Chart(Chart::Funnel(funnel), table)] },
        ];
        vec![
            Section { id: "first".into(), title: text(), blocks },
            Section { id: "second".into(), title: text(), blocks: vec![Block::Text(text())] },
        ]
    }

    fn head() -> Head {
        let text = || HOSTILE.to_owned();
        Head { title: text(), subtitle: text(), audience: text(), run: text(), date: Some(text()), program: text() }
    }

    #[test]
    fn text_is_never_markup() {
        let page = page(&head(), &sections()).unwrap();
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("</style").count(), 1);
        assert!(!page.contains("<img") && !page.contains("alert(1)<"), "{page}");
    }

    #[test]
    fn the_policy_names_what_the_page_holds() {
        let page = page(&head(), &sections()).unwrap();
        for element in ["style", "script"] {
            let (_, after) = page.split_once(&format!("<{element}>")).unwrap();
            let (text, _) = after.split_once(&format!("</{element}>")).unwrap();
            assert!(page.contains(&format!("{element}-src '{}'", source(text))), "{element}");
        }
        assert!(!page.contains(" style=") && !page.contains("://"), "{page}");
    }

    #[test]
    fn ids_are_unique_and_bytes_the_same() {
        let page = page(&head(), &sections()).unwrap();
        let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        assert_eq!(page, super::page(&head(), &sections()).unwrap());
    }

    #[test]
    fn cells_say_what_they_are() {
        let page = page(&Head::default(), &sections()).unwrap();
        assert!(page.contains("<td class=n data-value=1234.56>1,234.56"), "{page}");
        assert!(page.contains("<a href=\"#second\">"), "{page}");
        assert!(page.contains("<td class=n>not shown"), "{page}");
    }
}
