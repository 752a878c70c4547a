//! What is wrong in a configuration file, for people: the line, the problem, and what was probably meant.

/// The problem that a TOML file has, with its line, and the nearest of the words that would have been right.
pub fn said(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let message = error.message().trim_end();
    // "unknown field `a`, expected one of `b`, `c`": the words in backquotes are what was written, then what may be.
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let shown = match &quoted[..] {
        [written, allowed @ ..] if message.starts_with("unknown ") && !allowed.is_empty() => {
            let problem = message.split(',').next().unwrap_or(message);
            match nearest(written, allowed) {
                Some(meant) => format!("{problem}; did you mean `{meant}`?"),
                None => format!("{problem}; it may be {}", allowed.join(", ")),
            }
        }
        _ => message.to_owned(),
    };
    line.map_or(shown.clone(), |line| format!("line {line}: {shown}"))
}

/// The word that is most alike, if one is at all.
pub fn nearest<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let alike = |word: &&&str| (strsim::jaro_winkler(written, word) * 1000.0) as u32;
    allowed.iter().max_by_key(|word| alike(word)).filter(|word| alike(word) > 800).copied()
}
