//! `recount review import`: what reviewers decided in a work paper, taken back into the folder of its run.

use crate::error::{Error, Result, plain};
use crate::finished::FinishedRun;
use crate::report::{REVIEW, private_file};
use crate::review::{self, Decision, Review};
use crate::words::counted;
use hashbrown::HashSet;
use std::io::Write;
use std::path::Path;

/// Reads the reviewer columns of a workbook into the folder of its run: `dir`, or the workbook's own. What is said on the terminal.
///
/// # Errors
/// The workbook cannot be read, is of another run, or speaks of findings that the run has not; the folder cannot be written.
pub fn import(workpaper: &Path, dir: Option<&Path>) -> Result<String> {
    let review = review::read(workpaper)?;
    let own = workpaper.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let run = FinishedRun::open(dir.unwrap_or(own))?;
    let book = workpaper.display();
    if review.run != run.manifest.run {
        return Err(Error::Usage(format!(
            "{book} is the work paper of run {}, and {} holds run {}",
            review.run,
            run.folder().display(),
            run.manifest.run
        )));
    }
    let unknown = {
        let mut open: HashSet<&str> = review.dispositions.iter().map(|one| one.finding_id.as_str()).collect();
        run.each("findings", &mut |rows| {
            rows.records().for_each(|row| {
                open.remove(row.text("finding_id"));
            });
            Ok(())
        })?;
        open.len() as u64
    };
    if unknown > 0 {
        let findings = counted(unknown, "finding");
        return Err(Error::input(
            book.to_string(),
            format!("decides on {findings} that the run has not; was a row typed over?"),
        ));
    }
    let path = run.folder().join(REVIEW);
    let before = Review::of_folder(run.folder())?;
    let known = before.as_ref().map_or(0, |before| before.dispositions.len());
    let new = review.dispositions.len();
    let review = match before {
        Some(before) if before.run == review.run => review.after(before),
        _ => review,
    };
    // Whole or not at all: what people decided is not lost by a disk that is full.
    let text = review.to_json()?;
    let half = run.folder().join(format!("{REVIEW}.part"));
    private_file(&half)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| std::fs::rename(&half, &path))
        .map_err(|error| Error::output(&path, plain(&error)))?;
    let count =
        |decision: Decision| review.dispositions.iter().filter(|one| one.disposition == decision).count() as u64;
    let (agreed, disagreed) = (count(Decision::Agreed), count(Decision::Disagreed));
    let kept = if known > 0 { format!(" ({known} were there before)") } else { String::new() };
    Ok(format!(
        "{} taken from {book}{kept}. Now {agreed} agreed, {disagreed} disagreed, {} open; all others are open.\nrecount report {} shows them.\n",
        counted(new as u64, "decision"),
        count(Decision::Open),
        run.folder().display()
    ))
}
