//! What people read: the page, the work paper, the letters, made of a finished run's tables and written into its folder.

use crate::audience::{Audience, Hidden, Ids, Key, MAP, Names, Of, Pseudonyms};
use crate::blocks::Block;
use crate::content::{self, Facts};
use crate::error::{Error, Result};
use crate::finished::FinishedRun;
use crate::hash::sha256;
use crate::letters;
use crate::page::{Head, page};
use crate::progress::Progress;
use crate::proof::{self, Proof};
use crate::reference::{Codes, Day, Settings};
use crate::report::{BOOK, Folder, MANIFEST, Manifest, REVIEW};
use crate::review::Review;
use crate::waivers::Waivers;
use crate::words::counted;
use crate::workpaper::Workpaper;
use chrono::{DateTime, NaiveDateTime};
use hashbrown::HashSet;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Name of the page in a run's folder.
pub const PAGE: &str = "report.html";

/// Findings of each check that the page lists.
const ON_PAGE: usize = 25;

/// Findings of each check whose sessions are proved in the workbook.
const PROVED: usize = 200;

/// What is to be made, and for whom.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Whether the page is written.
    pub html: bool,
    /// Who reads it.
    pub html_audience: Audience,
    /// The key of its pseudonyms.
    pub key: Option<PathBuf>,
    /// Whether clinicians have pseudonyms in it, too.
    pub hide_clinicians: bool,
    /// Whether the workbook is written.
    pub xlsx: bool,
    /// Rows of a sheet of findings, at most.
    pub xlsx_rows: u64,
    /// Whether each clinician gets a page.
    pub letters: bool,
    /// Accepted findings.
    pub waivers: Option<PathBuf>,
    /// The day from which look-back, limits of filing and waivers are counted; without it the last date of service.
    pub as_of: Option<Day>,
}

impl Choices {
    /// Reads the files that they name, so that a mistake in one is told before any work is done.
    ///
    /// # Errors
    /// A file that cannot be read, or is wrong; a time of making that is none.
    pub fn check(&self) -> Result<()> {
        self.waivers.as_deref().map(Waivers::read).transpose()?;
        self.key.as_deref().map(Key::read).transpose()?;
        made_at().map(|_| ())
    }
}

impl Choices {
    /// Makes sure that the files that they name do not lie in a folder that is about to be replaced.
    ///
    /// # Errors
    /// One does.
    pub fn outside(&self, out: &Path) -> Result<()> {
        let Ok(out) = out.canonicalize() else { return Ok(()) };
        let inside = |path: &&PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(&out));
        match [&self.waivers, &self.key].into_iter().flatten().find(inside) {
            Some(path) => Err(Error::Usage(format!(
                "{} lies in the output folder, which is replaced; move one of them",
                path.display()
            ))),
            None => Ok(()),
        }
    }
}

/// Makes what was asked for of a run whose tables have just been written to `folder`, and writes its manifest anew, with their
/// hashes. How many findings of each severity are accepted.
///
/// # Errors
/// A table that cannot be read back, a file that cannot be written.
pub fn deliver(
    folder: &Folder,
    manifest: &mut Manifest,
    codes: &Codes,
    settings: &Settings,
    choices: &Choices,
    progress: &Progress,
) -> Result<BTreeMap<String, u64>> {
    let run = FinishedRun::of(folder.staging(), manifest.clone());
    let review = Review::of_folder(folder.staging())?;
    if let Some(other) = review.as_ref().filter(|review| review.run != manifest.run) {
        let problem =
            format!("{REVIEW} is of run {}, and this is run {}; move it out of the folder", other.run, manifest.run);
        return Err(Error::Usage(problem));
    }
    let waivers = choices.waivers.as_deref().map(Waivers::read).transpose()?;
    let as_of = choices.as_of.or(manifest.last_day());
    let waivers = waivers.map(|waivers| waivers.as_of(as_of));
    let bar = progress.count("reporting", 4);
    let facts = Facts::read(&run, review.as_ref(), waivers.as_ref(), as_of, PROVED)?;
    let identified = choices.html && choices.html_audience == Audience::Workpaper;
    let proofs = if identified || choices.xlsx { proofs(&facts, codes)? } else { Vec::new() };
    bar.advance(1);
    let mut made = BTreeMap::new();
    if choices.html {
        let names = names(folder, &facts, choices, settings)?;
        let proofs = if identified { of_first(&facts, &proofs) } else { Vec::new() };
        let mut sections = content::sections(&facts, &names, &proofs, ON_PAGE);
        names.finish(&mut sections);
        sections.iter_mut().for_each(|section| cut(&mut section.blocks));
        let page = page(&head(&run, "Therapy billing audit", &names)?, &sections)?;
        folder.write(PAGE, page.as_bytes())?;
        made.insert(PAGE.to_owned(), sha256(page.as_bytes()));
    }
    bar.advance(1);
    if choices.letters {
        for (n, letter) in letters::letters(&facts, codes)?.into_iter().enumerate() {
            let mut head = head(&run, "", &Names::identified())?;
            head.audience = "For this clinician alone: it holds patient data.".into();
            head.title = format!("Your billing beside the record: {}", letter.therapist);
            let page = page(&head, &letter.sections)?;
            // A clinician's name is data, and never a path.
            let name = format!("therapists/{:03}.html", n + 1);
            folder.write(&name, page.as_bytes())?;
            made.insert(name, sha256(page.as_bytes()));
        }
    }
    bar.advance(1);
    if choices.xlsx {
        let book = Workpaper {
            facts: &facts,
            settings,
            proofs: &proofs,
            made_at: made_at()?.unwrap_or_default(),
            most: choices.xlsx_rows,
            as_of,
        };
        made.insert(BOOK.to_owned(), book.write(folder, BOOK)?);
    }
    bar.finish();
    manifest.deliverables = made;
    folder.write(MANIFEST, manifest.json().as_bytes())?;
    Ok(facts.gathered.waived_of_severity)
}

/// Proofs of the sessions whose findings are kept; none where the run has no lines.
fn proofs(facts: &Facts, codes: &Codes) -> Result<Vec<Proof>> {
    let run = facts.run;
    if ["sessions", "services", "lines"].into_iter().any(|table| run.file(table).is_none()) {
        return Ok(Vec::new());
    }
    let kept = facts.gathered.listed.values().flat_map(|listed| listed.first.records());
    // What speaks of a patient's day or history has no session.
    let ids = kept.map(|row| row.text("session_id").to_owned()).filter(|id| !id.is_empty()).collect();
    proof::of_sessions(run, codes, &ids)
}

/// Those of the findings that the page lists.
fn of_first(facts: &Facts, proofs: &[Proof]) -> Vec<Proof> {
    let listed = facts.gathered.listed.values().flat_map(|listed| listed.first.records().take(ON_PAGE));
    let ids: HashSet<&str> = listed.map(|row| row.text("session_id")).collect();
    proofs.iter().filter(|proof| ids.contains(proof.session_id.as_str())).cloned().collect()
}

/// Rows of a table on the page, at most.
const ROWS: usize = 500;

/// Leaves out rows that a page would be too large with, and says so.
fn cut(blocks: &mut [Block]) {
    for block in blocks {
        match block {
            Block::Table(table) | Block::Chart(_, table) if table.rows.len() > ROWS => {
                let all = table.rows.len();
                table.rows.truncate(ROWS);
                table.note.push_str(&format!(" The first {ROWS} of {all} rows; all are in the tables of the folder."));
            }
            Block::Fold { blocks, .. } => cut(blocks),
            _ => {}
        }
    }
}

/// How the page names people, and the file that leads back where no key does.
fn names(folder: &Folder, facts: &Facts, choices: &Choices, settings: &Settings) -> Result<Names> {
    if choices.html_audience == Audience::Workpaper {
        return Ok(Names::identified());
    }
    if facts.table("patients").rows.is_empty() && facts.run.manifest.sessions.read > 0 {
        return Err(Error::Usage(
            "the run has not counted its patients, so no page for others can be made of it; audit again".into(),
        ));
    }
    let mut ids = Ids::default();
    // What is not listed has no number: a gap would tell of it.
    let hidden = Hidden::of(facts.table("patients"), settings.least_patients);
    for (_, listed) in facts.gathered.listed.iter().filter(|(check, _)| !hidden.has("check", check)) {
        let mut shown = listed.first.clone();
        let tells: Vec<bool> = shown.records().map(|row| content::tells(&row, &hidden)).collect();
        let mut tells = tells.into_iter();
        shown.rows.retain(|_| !tells.next().unwrap_or(true));
        shown.rows.truncate(ON_PAGE);
        ids.add_all(&shown);
    }
    facts.table("by_therapist").records().for_each(|row| ids.add(Of::Clinician, row.text("therapist_id")));
    let pseudonyms = match &choices.key {
        Some(key) => Pseudonyms::keyed(&Key::read(key)?, ids)?,
        None => {
            let pseudonyms = Pseudonyms::numbered(ids);
            folder.write(MAP, pseudonyms.map().as_bytes())?;
            pseudonyms
        }
    };
    Ok(Names::shareable(pseudonyms, choices.hide_clinicians, settings.least_patients, facts.table("patients")))
}

/// What stands above a page.
fn head(run: &FinishedRun, title: &str, names: &Names) -> Result<Head> {
    let manifest = &run.manifest;
    let shown = |date: &String| match names.audience() {
        Audience::Workpaper => date.clone(),
        // A year and a month: a day is nobody's but the patient's.
        Audience::Shareable => date.get(..7).unwrap_or_default().to_owned(),
    };
    let dates = manifest.dates.as_ref();
    let dates =
        dates.map_or(String::new(), |(first, last)| format!("Dates of service {} to {}. ", shown(first), shown(last)));
    let files = counted(manifest.inputs.len() as u64, "export");
    Ok(Head {
        title: title.into(),
        subtitle: format!("{dates}{files}."),
        audience: names.words(),
        run: manifest.run.clone(),
        date: made_at()?.map(|at| at.date().to_string()),
        program: format!("{} {}", manifest.program, manifest.version),
    })
}

/// When a report is said to be made: only if `SOURCE_DATE_EPOCH` tells, since a clock would make each rerun another file.
///
/// # Errors
/// The variable holds no time.
pub fn made_at() -> Result<Option<NaiveDateTime>> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = text.to_str().and_then(|text| text.trim().parse().ok());
    let time = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let wrong = || Error::Usage("SOURCE_DATE_EPOCH is not a number of seconds since 1970".into());
    time.map(|time| Some(time.naive_utc())).ok_or_else(wrong)
}
