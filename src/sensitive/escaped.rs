//! How templates write a text into an address, into HTML and into JavaScript: `urlquery`, `html` and `js` of Go's
//! `text/template`.

use std::fmt::Write;

/// The text in all these forms.
pub(super) fn all(text: &str) -> [String; 4] {
    let query = url(text, |byte| matches!(byte, b'-' | b'_' | b'.' | b'~'));
    let path = query.clone();
    [query.replace("%20", "+"), path, html(text), js(text)]
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
    use super::all;

    #[test]
    fn a_text_is_written_as_templates_write_it() {
        assert_eq!(
            all("a b&'<\"=/~"),
            [
                "a+b%26%27%3C%22%3D%2F~",
                "a%20b%26%27%3C%22%3D%2F~",
                "a b&amp;&#39;&lt;&#34;=/~",
                "a b\\u0026\\'\\u003C\\\"\\u003D/~",
            ]
        );
    }
}
