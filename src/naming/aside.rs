//! What folders and names of files tell of what is in them.

/// Folders with what was put aside.
const ASIDE: [&str; 11] = [
    "archive",
    "archived",
    "archives",
    "attic",
    "deprecated",
    "legacy",
    "obsolete",
    "old",
    "retired",
    "trash",
    "unused",
];

/// Words by which people say that what is called so is deployed nowhere: `overlays/production-disabled`.
pub(super) const OFF: [&str; 6] = [
    "disabled",
    "archived",
    "deprecated",
    "obsolete",
    "retired",
    "unused",
];

/// Folders whose files show something, or test it.
const SHOWING: [&str; 26] = [
    "ci",
    "demo",
    "demos",
    "doc",
    "docs",
    "e2e",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "github",
    "gitlab",
    "hack",
    "mock",
    "mocks",
    "quickstart",
    "sample",
    "samples",
    "test",
    "test-data",
    "testdata",
    "testing",
    "tests",
    "tutorial",
    "tutorials",
    "circleci",
];

/// Folders with what people copy to where it is used.
const COPIED: [&str; 7] = [
    "boilerplate",
    "cookiecutter",
    "scaffold",
    "scaffolds",
    "skeleton",
    "template",
    "templates",
];

/// Folders with translations.
const LANGUAGES: [&str; 8] = [
    "i18n",
    "l10n",
    "lang",
    "langs",
    "languages",
    "locale",
    "locales",
    "translations",
];

/// Whether one of the folders that a file lies in has one of these names. A number or a sign before it gives the folder its
/// place: `99-test`, `_archive`.
pub fn lies_in(path: &str, names: &[&str]) -> bool {
    let is_order = |char: char| char.is_ascii_digit() || matches!(char, '-' | '_' | '.');
    let is_one = |folder: &str| {
        let mut names = names.iter();
        names.any(|name| name.eq_ignore_ascii_case(folder))
    };
    let mut folders = path.split('/').rev().skip(1);
    folders.any(|folder| {
        let bare = folder.trim_end_matches(['_', '.']);
        is_one(bare) || is_one(bare.trim_start_matches(is_order))
    })
}

/// Whether a file lies in a folder that says that it was put aside: `legacy/`, `unused/`, `archive/`.
pub fn is_put_aside(path: &str) -> bool {
    lies_in(path, &ASIDE)
}

/// Whether a file lies in a folder whose files show something, or test it: `examples/`, `docs/`, `tests/`.
pub fn is_in_showing(path: &str) -> bool {
    lies_in(path, &SHOWING)
}

/// Whether a file lies in a folder with what people copy to where it is used: `_template/`, `skeleton/`.
pub fn is_copied_from(path: &str) -> bool {
    lies_in(path, &COPIED)
}

/// Endings of files with commands of a shell.
const COMMANDS: [&str; 6] = [".sh", ".bash", ".mk", ".ps1", ".groovy", ".just"];

/// Whether a file holds commands by its name: a script of a shell, a Makefile, a Jenkinsfile.
pub fn holds_commands(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    COMMANDS.iter().any(|end| name.ends_with(end))
        || matches!(
            name.as_str(),
            "makefile" | "gnumakefile" | "justfile" | ".justfile"
        )
        || name.contains("jenkinsfile")
}

/// Languages that programs speak (ISO 639-1). `id` is left out: names end so for another reason.
const CODES: [&str; 45] = [
    "af", "am", "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr",
    "he", "hi", "hr", "hu", "it", "ja", "ka", "kk", "ko", "lt", "lv", "mk", "nb", "nl", "no", "pl",
    "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "th", "tr", "uk", "zh",
];

/// Whether a file holds what people read on a screen: a bundle of messages of Java (`messages_de.properties`,
/// `shop_pt_BR.properties`), or anything in a folder of translations.
/// <https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/ResourceBundle.html>
pub fn holds_labels(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_bundle = name.strip_suffix(".properties").is_some_and(|stem| {
        let is_country =
            |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase());
        let (rest, last) = stem.rsplit_once('_').unwrap_or(("", stem));
        let language = match is_country(last) {
            true => rest.rsplit('_').next().unwrap_or(rest),
            false => last,
        };
        stem == "messages" || (!rest.is_empty() && CODES.contains(&language))
    });
    is_bundle || lies_in(path, &LANGUAGES)
}

#[cfg(test)]
mod tests {
    use super::{holds_labels, is_copied_from, is_in_showing, is_put_aside};

    #[test]
    fn what_was_put_aside_lies_in_a_folder_that_says_so() {
        for (path, expected) in [
            ("legacy/shop/values.yaml", true),
            ("deploy/_archive/values-prod.yaml", true),
            ("legacy.yaml", false),
            ("apps/legacy-shop/values.yaml", false),
        ] {
            assert_eq!(is_put_aside(path), expected, "{path}");
        }
        assert!(is_in_showing("apps/99-test/shop.yaml"));
        assert!(is_in_showing(".github/workflows/ci.yaml"));
        assert!(!is_in_showing("apps/shop/test.yaml"));
        assert!(is_copied_from("services/_template/apps/dev.yaml"));
    }

    #[test]
    fn bundles_of_messages_hold_labels() {
        for (path, expected) in [
            ("src/main/resources/messages_de.properties", true),
            ("src/messages.properties", true),
            ("shop_pt_BR.properties", true),
            ("web/i18n/en.yaml", true),
            ("application_dev.properties", false),
            ("application.properties", false),
            ("shop_db.properties", false),
            ("client_id.properties", false),
        ] {
            assert_eq!(holds_labels(path), expected, "{path}");
        }
    }
}
