//! Names of hosts in texts.

use crate::naming::mentions;

/// The hosts in a text, with what stands before them in the name of a service. Comments and what an action (`{{ … }}`)
/// makes are left out.
pub(super) fn hosts(text: &str) -> impl Iterator<Item = &str> {
    let is_comment = |line: &&str| {
        let line = line.trim_start();
        line.starts_with(['#', ';']) || line.starts_with("//")
    };
    let lines = text.lines().filter(move |line| !is_comment(line));
    let literal = lines.flat_map(|line| {
        let pieces = line.split("{{").enumerate();
        pieces.filter_map(|(at, piece)| match at {
            0 => Some(piece),
            _ => Some(piece.split_once("}}")?.1),
        })
    });
    let is_of_host = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '_');
    let words = literal.flat_map(move |piece| piece.split_inclusive(move |char| !is_of_host(char)));
    // Before an `@` stands who it is, not where.
    let words = words.filter(|word| !word.ends_with('@'));
    let words = words.map(move |word| word.trim_end_matches(move |char| !is_of_host(char)));
    words.filter(|word| is_host(word))
}

/// Whether a word is a host with a domain, `api.staging.example.com`, whose name before the domain tells an environment.
/// Not the names of classes, packages and files, nor keys of properties.
fn is_host(word: &str) -> bool {
    const NO_HOST: [&str; 8] = [
        "com", "org", "net", "io", "java", "javax", "spring", "logging",
    ];
    const FILES: [&str; 12] = [
        "conf",
        "crt",
        "env",
        "jar",
        "js",
        "json",
        "pem",
        "properties",
        "py",
        "sh",
        "xml",
        "yaml",
    ];
    let labels: Vec<&str> = word.split('.').filter(|label| !label.is_empty()).collect();
    let (Some(first), Some((last, before))) = (labels.first(), labels.split_last()) else {
        return false;
    };
    labels.len() >= 3
        && !word
            .bytes()
            .any(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && last.len() >= 2
        && last.bytes().all(|byte| byte.is_ascii_lowercase())
        && !NO_HOST.contains(first)
        && !FILES.contains(last)
        && mentions(last).next().is_none()
        && before.iter().any(|label| mentions(label).next().is_some())
}

/// A host without `.dev` at its end, which is a domain that anybody can register. Of what is not public, `redis.dev` alone is a
/// service in the namespace `dev`.
/// <https://www.iana.org/domains/root/db/dev.html>
pub(super) fn without_domain(text: &str, is_public: bool) -> &str {
    let is_host = |name: &&str| {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        (is_public || name.contains('.')) && name.bytes().all(is_letter)
    };
    text.strip_suffix(".dev").filter(is_host).unwrap_or(text)
}

/// Whether a host is one of the internet: that of an ingress, a domain, an address of HTTPS.
pub(super) fn is_public(text: &str, words: &[String]) -> bool {
    const KEYS: [&str; 7] = [
        "host",
        "hosts",
        "hostname",
        "hostnames",
        "domain",
        "domains",
        "tls",
    ];
    text.starts_with("https://") || words.iter().any(|word| KEYS.contains(&word.as_str()))
}

/// The domain of an e-mail address: the name before it is that of people.
pub(super) fn domain_of_mail(text: &str) -> Option<&str> {
    let (name, domain) = text.split_once('@')?;
    let is_address =
        !name.contains(['/', ':']) && domain.contains('.') && !domain.contains([':', '/']);
    is_address.then_some(domain)
}
