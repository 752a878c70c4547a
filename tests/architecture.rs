//! The structure that `lib.rs` draws is the structure there is.

use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn modules_use_only_those_before_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = std::fs::read_to_string(root.join("lib.rs")).unwrap();
    let order: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(order.len() > 10);
    let mut wrong = Vec::new();
    for path in sources(&root) {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let module = name.split(['/', '.']).next().unwrap().to_owned();
        let Some(place) = order.iter().position(|other| *other == module) else { continue };
        let text = std::fs::read_to_string(&path).unwrap();
        for (n, _) in text.match_indices("crate::") {
            let used: String = text[n + 7..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if order.iter().position(|other| *other == used).is_some_and(|other| other > place) {
                wrong.push(format!("{name} uses {used}, which comes after {module}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_holds_more_than_one_thing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "core/src", "tests"] {
        for path in sources(&root.join(folder)) {
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 600, "{} has {lines} lines", path.display());
        }
    }
}
