//! Addresses with a password in them: `postgres://app:hunter2@db/shop`.

use std::ops::Range;

/// The part of an address that lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Login {
    /// The password's place in the text; the user's, for an address such as `https://TOKEN@host`.
    pub range: Range<usize>,
    /// Whether there was a user before it.
    pub has_user: bool,
}

/// The passwords in the addresses of a text. References and placeholders among them are for the caller to leave out.
pub(super) fn logins(text: &str) -> Vec<Login> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("://")) {
        let start = from + at + "://".len();
        from = start;
        if !has_scheme(text.get(..start - 3).unwrap_or_default()) {
            continue;
        }
        // Several addresses may follow each other with commas; the last one's host is after the last `@`.
        let rest = text.get(start..).unwrap_or_default();
        let rest = rest.split("://").next().unwrap_or_default();
        let end = rest
            .find(|char: char| {
                char.is_whitespace() || "\"'`<>|".contains(char) && !rest.starts_with(char)
            })
            .unwrap_or(rest.len());
        let rest = rest.get(..end).unwrap_or_default();
        if let Some(login) = login(rest) {
            found.push(Login {
                range: start + login.range.start..start + login.range.end,
                ..login
            });
        }
    }
    found
}

fn has_scheme(before: &str) -> bool {
    before
        .bytes()
        .next_back()
        .is_some_and(|byte| byte.is_ascii_alphanumeric())
}

/// The login of `user:password@host/path?query`.
fn login(rest: &str) -> Option<Login> {
    // A password may have `/`, `?`, `#` or `@` in it although it should be encoded; the host has none of them.
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let at = match rest.get(..authority)?.rfind('@') {
        Some(at) => at,
        None => {
            let at = rest.rfind('@')?;
            let host = rest.get(at + 1..)?;
            let before = rest.get(..at)?;
            let first = before.split(['/', '?', '#']).next()?;
            // `https://host:8080/users/@me` has a port where a password would be.
            let is_port = first
                .rsplit(':')
                .next()
                .is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
            if !first.contains(':') || is_port || host.is_empty() {
                return None;
            }
            at
        }
    };
    // `scheme://[:password@]host` describes addresses: what is in such brackets may be left out.
    let user_info = rest.get(..at).filter(|user| !user.starts_with('['))?;
    match user_info.split_once(':') {
        // <https://docs.github.com/en/rest/authentication>: a token as the user, with this for a password.
        Some((user, "x-oauth-basic")) => Some(Login {
            range: 0..user.len(),
            has_user: false,
        }),
        Some((user, password)) if !password.is_empty() => Some(Login {
            range: user.len() + 1..at,
            has_user: true,
        }),
        Some(_) => None,
        None => Some(Login {
            range: 0..at,
            has_user: false,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::logins;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = logins(text)
            .into_iter()
            .filter(|login| login.has_user)
            .map(|login| &text[login.range])
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn finds_the_password_of_an_address() {
        check(
            "postgres://app:hunter2@db:5432/shop?sslmode=require",
            &["hunter2"],
        );
        check("redis://:hunter2@cache:6379/0", &["hunter2"]);
        check(
            "mongodb+srv://app:p%40ss@a.example.com,b.example.com/db",
            &["p%40ss"],
        );
        check("amqp://a:b@one:5672,amqp://c:d@two:5672", &["b", "d"]);
        check("jdbc:postgresql://app:hun/ter2@db/shop", &["hun/ter2"]);
        check("https://example.com:8080/users/@me", &[]);
        check("https://example.com/a:b@c", &[]);
        check("postgres://app@db/shop", &[]);
        check("https://t0k3n:x-oauth-basic@github.com/a/b", &[]);
        check("postgres://app:@db/shop", &[]);
        check("see http://a and user:x@y", &[]);
        check("git@github.com:org/repo.git", &[]);
    }
}
