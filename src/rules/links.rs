//! Links of the rules' pages, where no one can follow them.

/// Where the pages are read.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs");

/// A text in Markdown with its links written out: the text of a link, and its address in parentheses. The page of another
/// rule has no address, because its name, the text of the link, is what `envlint explain` takes.
pub(super) fn plain(markdown: &str) -> String {
    let mut plain = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some((before, label, target, behind)) = next_link(rest) {
        plain += before;
        plain += label;
        if target.contains("://") {
            plain += &format!(" ({target})");
        } else if let Some(page) = target.strip_prefix("../../") {
            // A rule's page is `docs/rules/<category>/<name>.md`.
            plain += &format!(" ({PAGES}/{page})");
        }
        rest = behind;
    }
    plain + rest
}

/// The next link: what comes before it, its text, its target, and what comes behind it.
fn next_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let mut from = 0;
    loop {
        let middle = from + text.get(from..)?.find("](")?;
        from = middle + 2;
        let start = text.get(..middle)?.rfind('[')?;
        let label = text.get(start + 1..middle)?;
        let (target, behind) = text.get(from..)?.split_once(')')?;
        let is_link = !label.contains(['\n', ']']) && !target.contains(char::is_whitespace);
        if is_link {
            return Some((text.get(..start)?, label, target, behind));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn links_are_text_with_an_address_where_it_helps() {
        for (markdown, expected) in [
            ("see [drift/x](x.md) too", "see drift/x too"),
            (
                "- [Helm](https://helm.sh/docs)\n",
                "- Helm (https://helm.sh/docs)\n",
            ),
            (
                "[The backends](../../secrets/README.md#a)",
                "The backends (https://github.com/envlint/envlint/blob/main/docs/secrets/README.md#a)",
            ),
            (
                "`# envlint: ignore[x] reason`, a[0](b c)",
                "`# envlint: ignore[x] reason`, a[0](b c)",
            ),
            ("[a](b", "[a](b"),
            ("](", "]("),
        ] {
            assert_eq!(plain(markdown), expected);
        }
    }
}
