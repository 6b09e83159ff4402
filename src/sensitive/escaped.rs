//! How templates write a text into another: quoted for JSON, YAML and Go, and into an address, into HTML and into JavaScript
//! (`urlquery`, `html` and `js` of Go's `text/template`).

use std::fmt::Write;

/// The text in quotes of all sorts, without the quotes.
pub(super) fn quoted(text: &str) -> [String; 4] {
    let inner = |quoted: String| {
        let end = quoted.len().saturating_sub(1);
        quoted.get(1..end).unwrap_or_default().to_owned()
    };
    let json = inner(serde_json::to_string(text).unwrap_or_default());
    // `toJson` of a template, and `toPrettyJson`.
    let go_json = json.replace('<', "\\u003c");
    let go_json = go_json.replace('>', "\\u003e").replace('&', "\\u0026");
    [
        inner(format!("{text:?}")),
        go_json,
        json,
        text.replace('\'', "''"),
    ]
}

/// The text in all forms, and twice in each: a text in a text, JSON as a value of JSON, a page in a page.
pub(super) fn all(text: &str) -> Vec<String> {
    let once = quoted(text);
    let mut forms: Vec<String> = once.iter().flat_map(|form| quoted(form)).collect();
    forms.extend(once);
    for escape in [query, path, user, html, js, ascii] {
        let once = escape(text);
        forms.extend([escape(&once), once]);
    }
    forms.sort();
    forms.dedup();
    forms
}

/// `url.QueryEscape`.
fn query(text: &str) -> String {
    path(text).replace("%20", "+")
}

/// `url.PathEscape`, of every character that any part of an address escapes.
fn path(text: &str) -> String {
    url(text, |byte| matches!(byte, b'-' | b'_' | b'.' | b'~'))
}

/// `url.UserPassword`, which keeps what may stand in front of an `@`.
fn user(text: &str) -> String {
    url(text, |byte| {
        matches!(
            byte,
            b'-' | b'_' | b'.' | b'~' | b'$' | b'&' | b'+' | b',' | b';' | b'='
        )
    })
}

/// `%+q` of Go: `strconv.QuoteToASCII`.
fn ascii(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        let _ = match char {
            '"' | '\\' => write!(escaped, "\\{char}"),
            ' '..='~' => write!(escaped, "{char}"),
            '\x07' => write!(escaped, "\\a"),
            '\x08' => write!(escaped, "\\b"),
            '\x0b' => write!(escaped, "\\v"),
            '\x0c' => write!(escaped, "\\f"),
            '\n' => write!(escaped, "\\n"),
            '\r' => write!(escaped, "\\r"),
            '\t' => write!(escaped, "\\t"),
            '\0'..='\x7f' => write!(escaped, "\\x{:02x}", u32::from(char)),
            '\u{80}'..='\u{ffff}' => write!(escaped, "\\u{:04x}", u32::from(char)),
            char => write!(escaped, "\\U{:08x}", u32::from(char)),
        };
    }
    escaped
}

/// `net/url`: what is no letter, no digit and not `kept` as `%` and two hexadecimal digits.
fn url(text: &str, kept: impl Fn(u8) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte.is_ascii_alphanumeric() || kept(byte) {
            true => escaped.push(char::from(byte)),
            false => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

/// `template.HTMLEscapeString`.
fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' => escaped.push_str("&#34;"),
            '\'' => escaped.push_str("&#39;"),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            char => escaped.push(char),
        }
    }
    escaped
}

/// `template.JSEscapeString`.
fn js(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' | '\'' | '"' => escaped.extend(['\\', char]),
            '<' | '>' | '&' | '=' | '\0'..='\x1f' => {
                let _ = write!(escaped, "\\u{:04X}", u32::from(char));
            }
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{all, ascii};

    #[test]
    fn a_text_is_written_as_templates_write_it() {
        let forms = all("a b&'<\"=/~");
        for form in [
            "a+b%26%27%3C%22%3D%2F~",
            "a%20b%26%27%3C%22%3D%2F~",
            "a b&amp;&#39;&lt;&#34;=/~",
            "a b\\u0026\\'\\u003C\\\"\\u003D/~",
            "a b\\u0026'\\u003c\\\"=/~",
            "a b&''<\"=/~",
        ] {
            assert!(forms.iter().any(|known| known == form), "{form}: {forms:?}");
        }
        assert_eq!(
            ascii("ä\"\\\t\u{1}🔑"),
            "\\u00e4\\\"\\\\\\t\\x01\\U0001f511"
        );
    }
}
