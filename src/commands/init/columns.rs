//! Which column is which field: what the reader chose, as decisions with their reasons; what it left, as candidates.

use super::File;
use super::page::{Choice, Page, Sure, cut, listed, quoted};
use crate::config::Header;
use crate::ingest::{Role, Source};
use crate::reference::{Confidence, Field, Preset, Reference, normalised_header};
use std::collections::HashSet;
use unicode_width::UnicodeWidthStr;

/// Columns that a header takes at most on the page; a longer one is named by its place.
const LONGEST_HEADER: usize = 60;

/// Candidates shown of one field.
const CANDIDATES: usize = 4;

/// A field that makes an audit better, and how it is looked for where no column is known for it.
struct Useful {
    field: Field,
    /// Words in a header that tell of it.
    telling: &'static [&'static str],
    /// What a person must make sure of.
    only: &'static str,
}

const USEFUL: [Useful; 7] = [
    Useful {
        field: Field::Minutes,
        telling: &["minutes", "minute", "mins", "min", "time", "duration", "hours", "hrs"],
        only: "only if it is each code's treatment time, not the visit's",
    },
    Useful {
        field: Field::Payer,
        telling: &["insurance", "payer", "payor", "carrier", "insurer", "plan", "coverage", "funding"],
        only: "only if it names who pays the bill",
    },
    Useful {
        field: Field::Discipline,
        telling: &["discipline", "specialty", "therapy", "profession"],
        only: "only if it says PT, OT or SLP",
    },
    Useful {
        field: Field::TherapistId,
        telling: &["therapist", "clinician", "provider", "practitioner", "staff", "treating"],
        only: "only if it is who treated, not who billed, referred or supervised",
    },
    Useful {
        field: Field::VisitId,
        telling: &["visit", "encounter", "appointment", "session"],
        only: "only if it is the same on all lines of a visit and on no other",
    },
    Useful {
        field: Field::Clinic,
        telling: &["clinic", "location", "facility", "site", "office", "branch", "department"],
        only: "only if it is where the patient was treated",
    },
    Useful {
        field: Field::Modifiers,
        telling: &["modifiers", "modifier", "mods", "mod"],
        only: "only if it holds modifiers such as GP or 59",
    },
];

/// A header with one of these words is no such column: planned time, another person, contact data.
const NEVER: &str = "address appt billing date email end fax ordering phone planned referring scheduled secondary stamp start \
                     status stop supervising tertiary timestamp title type units zip zone";

/// A column that became a field.
struct Found<'a> {
    source: &'a Source,
    /// Its place, from 0.
    place: usize,
    header: &'a str,
}

/// The choices of a run's columns.
pub struct Columns {
    /// Those that hold for all files.
    pub all: Vec<(Field, Choice)>,
    /// Those of each file alone.
    pub own: Vec<Vec<(Field, Choice)>>,
    /// What is found without a decision, and cannot be written as one.
    said: Vec<String>,
}

impl Columns {
    /// The choices that the reader made for these files.
    pub fn of(files: &[File], reference: &Reference) -> Columns {
        let mut columns =
            Columns { all: Vec::new(), own: files.iter().map(|_| Vec::new()).collect(), said: Vec::new() };
        for field in Field::ALL {
            let mut chosen: Vec<(usize, String, Choice)> = Vec::new();
            for (n, file) in files.iter().enumerate() {
                match choice(file, field, reference) {
                    None => {}
                    Some(Ok((header, choice))) => chosen.push((n, header, choice)),
                    Some(Err(why)) => columns.say(format!("{}: {why}", field.name())),
                }
            }
            let Some((_, header, first)) = chosen.first() else { continue };
            // A decision for all must not give a file a column that the reader did not.
            let as_read = |(n, file): (usize, &File)| match chosen.iter().find(|(own, ..)| *own == n) {
                Some((_, own, _)) => own == header && !header.is_empty(),
                None => file.headers().all(|(other, _)| normalised_header(other) != *header),
            };
            let alone = files.iter().filter(|file| file.headers().next().is_some()).count() == 1;
            if alone || files.iter().enumerate().all(as_read) {
                columns.all.push((field, first.clone()));
            } else {
                chosen.into_iter().for_each(|(n, _, choice)| columns.own[n].push((field, choice)));
            }
        }
        columns
    }

    fn say(&mut self, text: String) {
        if !self.said.contains(&text) {
            self.said.push(text);
        }
    }

    /// Writes the table of all files; what to look at goes to `looks`.
    pub fn write(&self, page: &mut Page, files: &[File], reference: &Reference, looks: &mut Vec<String>) {
        page.table("columns");
        page.comment("field = \"header\". A header that a file lacks is passed over there.");
        set(page, &self.all, "", looks);
        self.said.iter().for_each(|said| page.comment(said));
        offer_candidates(page, files, reference, looks);
        list_unread(page, files);
    }

    /// Writes a file's own table, if it has one.
    pub fn write_own(&self, page: &mut Page, number: usize, table: &str, name: &str, looks: &mut Vec<String>) {
        if !self.own[number].is_empty() {
            page.table(&format!("{table}.columns"));
            set(page, &self.own[number], &format!(" of {}", quoted(&cut(name, 60))), looks);
        }
    }
}

/// Writes choices; what to look at goes to `looks`.
fn set(page: &mut Page, choices: &[(Field, Choice)], of: &str, looks: &mut Vec<String>) {
    for (field, choice) in choices {
        page.set(field.name(), &choice.value, &choice.reason());
        if choice.sure == Sure::Look {
            looks.push(format!("{} = {}{of}: {}", field.name(), choice.value, choice.reason));
        }
    }
}

/// The column of a field in a file: its header, normalised (none where it is named by its place), and the choice; or why none
/// can be written.
fn choice(file: &File, field: Field, reference: &Reference) -> Option<Result<(String, Choice), String>> {
    let found = found(file, field);
    let first = found.first()?;
    let header = normalised_header(first.header);
    if found.iter().any(|column| is_numbered(column)) {
        let headers = listed(found.iter().map(|column| column.header));
        return Some(Err(format!("places of a row that is a visit, found by their numbers: {headers}")));
    }
    if found.iter().any(|column| normalised_header(column.header) != header) {
        let headers = listed(found.iter().map(|column| column.header));
        return Some(Err(format!(
            "the parts of {} name it differently, found by its names: {headers}",
            quoted(&file.name)
        )));
    }
    let (sure, reason) = why(file, field, first, reference);
    let is_header = |(other, _): &&(String, Option<Field>)| normalised_header(other) == header;
    let alike = found.iter().any(|column| column.source.columns.iter().filter(is_header).count() > 1);
    let by_name = quoted(first.header);
    if !alike && by_name.width() <= LONGEST_HEADER {
        return Some(Ok((header, Choice { value: by_name, sure, reason })));
    }
    if file.sources.len() > 1 {
        return Some(Err(format!("no one header names it in all parts of {}", quoted(&file.name))));
    }
    let reason = format!("{reason}; the place of a column called {}", quoted(&cut(first.header, 30)));
    Some(Ok((String::new(), Choice { value: (first.place + 1).to_string(), sure, reason })))
}

/// The columns that became that field.
fn found<'a>(file: &File<'a>, field: Field) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    for &source in file.sources.iter().filter(|source| source.has_header()) {
        for (place, (header, own)) in source.columns.iter().enumerate() {
            if *own == Some(field) {
                found.push(Found { source, place, header });
            }
        }
    }
    found
}

/// Whether a column is one of the numbered places of a row that is a visit.
fn is_numbered(column: &Found) -> bool {
    let codes = column.source.columns.iter().filter(|(_, field)| *field == Some(Field::Code)).count();
    codes > 1 && column.header.contains(|c: char| c.is_ascii_digit())
}

/// How sure a column is, and why: in the order in which the reader looks for one.
fn why(file: &File, field: Field, column: &Found, reference: &Reference) -> (Sure, String) {
    let header = normalised_header(column.header);
    let decided = match file.decided.columns.get(&field) {
        Some(Header::Name(name)) => normalised_header(name) == header,
        Some(Header::Place(place)) => *place == column.place + 1,
        None => false,
    };
    if decided {
        return (Sure::Certain, "kept: it stood in the configuration before".to_owned());
    }
    let is_meant = |layout: &&Preset| layout.columns.get(&field).is_some_and(|own| normalised_header(own) == header);
    if let Some(layout) = layout(column.source, reference).filter(is_meant) {
        return match layout.confidence {
            Confidence::Documented => (Sure::Certain, format!("by the known layout {}", layout.name)),
            Confidence::Unverified => (Sure::Look, format!("by the layout {}, known from hearsay", layout.name)),
        };
    }
    match reference.headers.field(column.header) {
        Some((own, _)) if own == field && header == normalised_header(field.name()) => {
            (Sure::Certain, "the field's own name".to_owned())
        }
        Some((own, 0)) if own == field => (Sure::Likely, "a usual name".to_owned()),
        Some((own, _)) if own == field => (Sure::Look, "only for want of better (weak name)".to_owned()),
        _ => (Sure::Look, "by what stands beside it".to_owned()),
    }
}

/// The known layout that a file has: of several, the most particular.
fn layout<'r>(source: &Source, reference: &'r Reference) -> Option<&'r Preset> {
    let headers: Vec<String> = source.columns.iter().map(|(header, _)| header.clone()).collect();
    reference.presets.iter().filter(|preset| preset.fits(&headers)).max_by_key(|preset| preset.particular())
}

/// Headers of a file that its layout says are no fields, though they look like some; normalised.
fn ignored(file: &File, reference: &Reference) -> HashSet<String> {
    let layouts = file.sources.iter().filter_map(|source| layout(source, reference));
    layouts.flat_map(|layout| &layout.ignored).map(|header| normalised_header(header)).collect()
}

/// Whether a file has a field, or what does instead.
fn has(file: &File, field: Field) -> bool {
    let has = |field: Field| file.headers().any(|(_, own)| own == Some(field));
    match field {
        Field::Minutes => {
            has(Field::Minutes)
                || has(Field::VisitTimedMinutes)
                || has(Field::VisitTotalMinutes)
                || (has(Field::StartTime) && has(Field::EndTime))
        }
        Field::Modifiers => has(Field::Modifiers) || has(Field::Modifier1),
        other => has(other),
    }
}

/// Offers columns that may be fields which an audit would use, and says which fields have none.
fn offer_candidates(page: &mut Page, files: &[File], reference: &Reference, looks: &mut Vec<String>) {
    let mut missing: Vec<&str> = Vec::new();
    let bills = || files.iter().filter(|file| file.has_role(Role::Bill) && file.headers().next().is_some());
    let joined = files.iter().any(|file| file.has_role(Role::Notes));
    // Notes that are joined bring the minutes.
    for useful in USEFUL.iter().filter(|useful| !(joined && useful.field == Field::Minutes)) {
        let (mut seen, mut candidates) = (HashSet::new(), Vec::new());
        for file in bills().filter(|file| !has(file, useful.field)) {
            let ignored = ignored(file, reference);
            let free = file.headers().filter(|(header, field)| field.is_none() && tells(header, useful.telling));
            let free = free.map(|(header, _)| header).filter(|header| !ignored.contains(&normalised_header(header)));
            candidates.extend(free.filter(|header| seen.insert(normalised_header(header))));
        }
        let name = useful.field.name();
        for header in candidates.iter().filter(|header| quoted(header).width() <= LONGEST_HEADER).take(CANDIDATES) {
            page.offer(name, &quoted(header), &format!("{}: {}", Sure::Look.name(), useful.only));
        }
        match candidates.first() {
            Some(header) => looks.push(format!("{name} has no column; {} may be it", quoted(&cut(header, 40)))),
            None if bills().next().is_some() && !bills().any(|file| has(file, useful.field)) => missing.push(name),
            None => {}
        }
    }
    if !missing.is_empty() {
        page.comment(&format!("no column found, and none looks like one: {}", missing.join(", ")));
    }
}

/// Lists the columns that are not read; files with the same ones share a list.
fn list_unread(page: &mut Page, files: &[File]) {
    let mut lists: Vec<(String, Vec<&str>)> = Vec::new();
    for file in files.iter().filter(|file| file.headers().next().is_some()) {
        let mut seen = HashSet::new();
        let free = file.headers().filter(|(header, field)| field.is_none() && !header.trim().is_empty());
        let unread = listed(free.map(|(header, _)| header).filter(|header| seen.insert(*header)));
        match lists.iter_mut().find(|(list, _)| *list == unread) {
            Some((_, names)) => names.push(&file.name),
            None => lists.push((unread, vec![file.name.as_str()])),
        }
    }
    let only = lists.len() == 1;
    for (list, names) in lists.iter().filter(|(list, _)| !list.is_empty()) {
        let which = if only { String::new() } else { format!(" in {}", listed(names.iter().copied())) };
        page.comment(&format!("not read{which}: {list}"));
    }
}

/// Whether a header has a word that tells of a field.
fn tells(header: &str, telling: &[&str]) -> bool {
    let words = words(header);
    let alike = |word: &str, known: &str| {
        // Short words are too much alike to allow for slips.
        word == known || (word.len() >= 6 && known.len() >= 6 && strsim::jaro_winkler(word, known) > 0.95)
    };
    words.iter().any(|word| telling.iter().any(|known| alike(word, known)))
        && !words.iter().any(|word| NEVER.split(' ').any(|never| never == word))
}

/// The words of a header, in lower case: `TotalTime (min)` is total, time, min.
fn words(header: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in header.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && after_small) {
            words.push(String::new());
        }
        after_small = c.is_lowercase();
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

impl File<'_> {
    /// Its columns and what they became; claims have none.
    fn headers(&self) -> impl Iterator<Item = (&str, Option<Field>)> {
        let sources = self.sources.iter().filter(|source| source.has_header());
        sources.flat_map(|source| source.columns.iter().map(|(header, field)| (header.as_str(), *field)))
    }

    fn has_role(&self, role: Role) -> bool {
        self.sources.iter().any(|source| source.role == role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_told_by_their_words() {
        let found = |header: &str| -> Vec<&str> {
            USEFUL.iter().filter(|useful| tells(header, useful.telling)).map(|useful| useful.field.name()).collect()
        };
        for (header, fields) in [
            ("Total Time", &["minutes"][..]),
            ("TreatmentMins", &["minutes"]),
            ("Insurnace Name", &["payer"]),
            ("Treating Staff", &["therapist_id"]),
            ("Encounter Ref", &["visit_id"]),
            ("Home Clinic", &["clinic"]),
            ("Other Mods", &["modifiers"]),
            ("Scheduled Time", &[]),
            ("Start Time", &[]),
            ("Referring Provider", &[]),
            ("Secondary Insurance", &[]),
            ("Patient Name", &[]),
            ("Administered", &[]),
            ("", &[]),
        ] {
            assert_eq!(found(header), fields, "{header}");
        }
    }
}
