//! Progress on stderr, by stage; nothing where nobody is watching.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// Shows stages, or keeps quiet.
#[derive(Clone, Copy)]
pub struct Progress {
    shown: bool,
}

/// One stage.
pub struct Bar(Option<ProgressBar>);

impl Progress {
    /// Shown if stderr is a terminal.
    pub fn on_terminal() -> Progress {
        Progress { shown: std::io::stderr().is_terminal() }
    }

    /// Never shown.
    pub fn silent() -> Progress {
        Progress { shown: false }
    }

    /// A stage measured in bytes.
    pub fn bytes(&self, stage: &'static str, total: u64) -> Bar {
        self.bar(stage, total, "{msg:<10} {bar:30} {bytes} of {total_bytes}, {eta} left")
    }

    /// A stage measured in things counted.
    pub fn count(&self, stage: &'static str, total: u64) -> Bar {
        self.bar(stage, total, "{msg:<10} {bar:30} {human_pos} of {human_len}")
    }

    fn bar(&self, stage: &'static str, total: u64, template: &str) -> Bar {
        Bar(self.shown.then(|| {
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(total).with_style(style).with_message(stage)
        }))
    }
}

impl Bar {
    /// So much more is done.
    pub fn advance(&self, by: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(by);
        }
    }

    /// The stage is over.
    pub fn finish(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}
