//! `urlParse` and `urlJoin` (Go: net/url). The `url` crate follows WHATWG, which changes what it reads: Go does not.

use std::net::Ipv6Addr;

use envlint_gotemplate::{Error, Function, GoString, Kind, Map, Type, Value};

use super::text::quote;

pub(super) static TABLE: &[Function] = &[
    Function::new("urlParse", &[Type::String], |cx, args| {
        let text = args.bytes(0);
        // It is walked over several times, for its parts and for what has to be escaped in them.
        cx.spend(text.len() as u64)?;
        match Url::parse(text) {
            Ok(url) => Ok(url.into_map().into()),
            Err(failure) => Err(Error::new(format!("unable to parse url: {failure}"))),
        }
    }),
    Function::new("urlJoin", &[Type::MAP], |_, args| {
        Ok(join(&args.map(0))?.into())
    }),
];

/// Which part of a URL text belongs to: each lets other characters stand for themselves. (The `percent-encoding` crate
/// escapes by such sets too, but they cannot be asked, and what Go refuses to unescape goes by the same ones.)
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Path,
    UserPassword,
    Host,
    Zone,
    Fragment,
}

impl Mode {
    fn keeps(self, byte: u8) -> bool {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            return true;
        }
        let kept: &[u8] = match self {
            Mode::Path => b"$&+,/:;=@",
            Mode::UserPassword => b"$&+,;=",
            Mode::Host | Mode::Zone => b"!$&'()*+,;=:[]<>\"",
            Mode::Fragment => b"$&+,/:;=?@!()*",
        };
        kept.contains(&byte)
    }

    fn escape(self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        for &byte in text {
            if self.keeps(byte) {
                out.push(byte);
            } else {
                out.extend_from_slice(format!("%{byte:02X}").as_bytes());
            }
        }
        out
    }

    fn unescape(self, text: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((&byte, after)) = rest.split_first() {
            if byte == b'%' {
                let (decoded, after) = self.unescape_one(rest)?;
                out.push(decoded);
                rest = after;
                continue;
            }
            let host = matches!(self, Mode::Host | Mode::Zone);
            if host && byte.is_ascii() && !self.keeps(byte) {
                return Err(Failure::quoting(
                    "invalid character ",
                    &[byte],
                    " in host name",
                ));
            }
            out.push(byte);
            rest = after;
        }
        Ok(out)
    }

    /// Reads `%2F`.
    fn unescape_one(self, text: &[u8]) -> Result<(u8, &[u8]), Failure> {
        let shown = text.get(..3).unwrap_or(text);
        let fail = || Failure::quoting("invalid URL escape ", shown, "");
        let digit = |at: usize| {
            let digit = char::from(*text.get(at)?).to_digit(16)?;
            u8::try_from(digit).ok()
        };
        let (high, low) = digit(1).zip(digit(2)).ok_or_else(fail)?;
        let byte = high << 4 | low;
        let allowed = match self {
            // RFC 3986: in a host, only bytes that are not ASCII; RFC 6874 adds the percent sign of a zone.
            Mode::Host => high >= 8 || shown == b"%25",
            Mode::Zone => shown == b"%25" || byte == b' ' || Mode::Host.keeps(byte),
            _ => true,
        };
        if !allowed {
            return Err(fail());
        }
        Ok((byte, text.get(3..).unwrap_or_default()))
    }
}

/// Why a text is no URL.
struct Failure {
    before: &'static str,
    /// The part of the URL that is wrong, which Go quotes.
    part: Option<Vec<u8>>,
    after: &'static str,
}

impl From<&'static str> for Failure {
    fn from(before: &'static str) -> Failure {
        Failure {
            before,
            part: None,
            after: "",
        }
    }
}

impl Failure {
    fn quoting(before: &'static str, part: &[u8], after: &'static str) -> Failure {
        Failure {
            before,
            part: Some(part.to_vec()),
            after,
        }
    }

    /// As Go says it. But a password with a `/`, a `?` or a `#` in it ends the host: what is wrong is then the beginning of the
    /// password, cut where no masker finds it. So nothing of a URL that may have one is quoted, but the sign that the part
    /// begins with, nor anything that is longer than ports and escapes are.
    fn message(&self, url: &[u8]) -> String {
        let Some(part) = &self.part else {
            return self.before.to_owned();
        };
        let may_be_secret = url.contains(&b'@') || part.len() > MOST_OF_PART;
        let shown = match part.first().filter(|_| may_be_secret) {
            None => quote(part),
            Some(sign) if sign.is_ascii_punctuation() => quote([&[*sign], "…".as_bytes()].concat()),
            Some(_) => quote("…"),
        };
        format!("{}{shown}{}", self.before, self.after)
    }
}

/// A colon, and as many characters as a port may have.
const MOST_OF_PART: usize = 6;

#[derive(Default)]
struct User {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

impl User {
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Mode::UserPassword.escape(&self.name);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(Mode::UserPassword.escape(password));
        }
        out
    }
}

#[derive(Default)]
struct Url {
    scheme: Vec<u8>,
    opaque: Vec<u8>,
    user: Option<User>,
    host: Vec<u8>,
    path: Vec<u8>,
    query: Vec<u8>,
    fragment: Vec<u8>,
}

/// The text before and after the first `byte`; all and nothing without one.
fn cut(text: &[u8], byte: u8) -> (&[u8], &[u8]) {
    match memchr::memchr(byte, text) {
        Some(at) => (
            text.get(..at).unwrap_or_default(),
            text.get(at + 1..).unwrap_or_default(),
        ),
        None => (text, b""),
    }
}

impl Url {
    fn parse(text: &[u8]) -> Result<Url, String> {
        let (before, fragment) = cut(text, b'#');
        let fail = |what: &[u8], failure: Failure| {
            let message = failure.message(text);
            format!("parse {}: {message}", quote(what))
        };
        let mut url = Url::without_fragment(before).map_err(|failure| fail(before, failure))?;
        url.fragment = Mode::Fragment
            .unescape(fragment)
            .map_err(|failure| fail(text, failure))?;
        Ok(url)
    }

    fn without_fragment(text: &[u8]) -> Result<Url, Failure> {
        if text.iter().any(u8::is_ascii_control) {
            return Err("net/url: invalid control character in URL".into());
        }
        let mut url = Url::default();
        if text == b"*" {
            url.path = text.to_vec();
            return Ok(url);
        }
        let (scheme, rest) = scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (mut rest, query) = cut(rest, b'?');
        url.query = query.to_vec();
        if !rest.starts_with(b"/") {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            if cut(rest, b'/').0.contains(&b':') {
                return Err("first path segment in URL cannot contain colon".into());
            }
        }
        let authority = rest.strip_prefix(b"//");
        if let Some(authority) =
            authority.filter(|_| !url.scheme.is_empty() || !rest.starts_with(b"///"))
        {
            let length = memchr::memchr(b'/', authority).unwrap_or(authority.len());
            let (authority, path) = authority.split_at(length);
            rest = path;
            url.read_authority(authority)?;
        }
        url.path = Mode::Path.unescape(rest)?;
        Ok(url)
    }

    fn read_authority(&mut self, authority: &[u8]) -> Result<(), Failure> {
        let Some(at) = memchr::memrchr(b'@', authority) else {
            self.host = host(&self.scheme, authority)?;
            return Ok(());
        };
        let (userinfo, rest) = authority.split_at(at);
        self.host = host(&self.scheme, rest.get(1..).unwrap_or_default())?;
        let valid =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
        if !userinfo.iter().all(valid) {
            return Err("net/url: invalid userinfo".into());
        }
        let (name, password) = cut(userinfo, b':');
        let has_password = userinfo.contains(&b':');
        let password = has_password
            .then(|| Mode::UserPassword.unescape(password))
            .transpose()?;
        self.user = Some(User {
            name: Mode::UserPassword.unescape(name)?,
            password,
        });
        Ok(())
    }

    fn into_map(self) -> Map {
        let userinfo = self.user.as_ref().map(User::to_bytes).unwrap_or_default();
        let hostname = hostname(&self.host).to_vec();
        [
            ("scheme", self.scheme),
            ("host", self.host),
            ("hostname", hostname),
            ("path", self.path),
            ("query", self.query),
            ("opaque", self.opaque),
            ("fragment", self.fragment),
            ("userinfo", userinfo),
        ]
        .into_iter()
        .map(|(key, text)| (key, GoString::from(text)))
        .collect()
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.push_hierarchy(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(Mode::Fragment.escape(&self.fragment));
        }
        out
    }

    fn push_hierarchy(&self, out: &mut Vec<u8>) {
        if !self.host.is_empty()
            || self.user.is_some()
            || !self.scheme.is_empty() && !self.path.is_empty()
        {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(user.to_bytes());
            out.push(b'@');
        }
        out.extend(Mode::Host.escape(&self.host));
        let path = if self.path == b"*" {
            self.path.clone()
        } else {
            Mode::Path.escape(&self.path)
        };
        if !path.is_empty() && !path.starts_with(b"/") && !self.host.is_empty() {
            out.push(b'/');
        }
        // RFC 3986, 4.2: else the first segment would be read as a scheme.
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}

fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), Failure> {
    for (index, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => return Err("missing protocol scheme".into()),
            b':' => return Ok(cut(text, b':')),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn valid_port(text: &[u8]) -> bool {
    text.is_empty()
        || text
            .strip_prefix(b":")
            .is_some_and(|port| port.iter().all(u8::is_ascii_digit))
}

fn host(scheme: &[u8], text: &[u8]) -> Result<Vec<u8>, Failure> {
    match memchr::memrchr(b'[', text) {
        Some(0) => return ip_literal(text),
        Some(_) => return Err("invalid IP-literal".into()),
        None => {}
    }
    // Databases take lists of hosts with ports, so Go insists on one colon only for http.
    let colon = match scheme {
        b"http" | b"https" => memchr::memchr(b':', text),
        _ => memchr::memrchr(b':', text),
    };
    if let Some(port) = colon
        .and_then(|at| text.get(at..))
        .filter(|port| !valid_port(port))
    {
        return Err(Failure::quoting("invalid port ", port, " after host"));
    }
    Mode::Host.unescape(text)
}

/// `[fe80::1%25en0]:80`
fn ip_literal(text: &[u8]) -> Result<Vec<u8>, Failure> {
    let close = memchr::memrchr(b']', text).ok_or("missing ']' in host")?;
    let (address, port) = text.split_at(close);
    let address = address.get(1..).unwrap_or_default();
    let port = port.get(1..).unwrap_or_default();
    if !valid_port(port) {
        return Err(Failure::quoting("invalid port ", port, " after host"));
    }
    let decoded = match memchr::memmem::find(address, b"%25") {
        Some(at) => {
            let (host, zone) = address.split_at(at);
            [Mode::Host.unescape(host)?, Mode::Zone.unescape(zone)?].concat()
        }
        None => Mode::Host.unescape(address)?,
    };
    let shown = String::from_utf8_lossy(&decoded).into_owned();
    let (ip, zone) = shown
        .split_once('%')
        .map_or((shown.as_str(), None), |(ip, zone)| (ip, Some(zone)));
    if ip.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err("invalid IP-literal".into());
    }
    if ip.parse::<Ipv6Addr>().is_err() || zone == Some("") {
        let (before, after) = ("invalid host: ParseAddr(", "): unable to parse IP");
        return Err(Failure::quoting(before, shown.as_bytes(), after));
    }
    Ok([b"[", decoded.as_slice(), b"]", port].concat())
}

/// The host without port and brackets.
fn hostname(host: &[u8]) -> &[u8] {
    let colon = memchr::memrchr(b':', host);
    let bare = match colon.map(|at| host.split_at(at)) {
        Some((bare, port)) if valid_port(port) => bare,
        _ => host,
    };
    bare.strip_prefix(b"[")
        .and_then(|inner| inner.strip_suffix(b"]"))
        .unwrap_or(bare)
}

fn join(parts: &Map) -> Result<GoString, Error> {
    let part = |key: &str| match parts.get(key) {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(text.as_bytes().to_vec()),
        Some(Value::Nil) => Err(Error::new(
            "runtime error: invalid memory address or nil pointer dereference",
        )),
        Some(other) => match (other.kind(), other.plain()) {
            (Kind::String, Value::String(text)) => Ok(text.as_bytes().to_vec()),
            (kind, _) => Err(Error::new(format!(
                "unable to parse {key} key, must be of type string, but {} found",
                kind.name()
            ))),
        },
    };
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        user: None,
    };
    let userinfo = part("userinfo")?;
    if !userinfo.is_empty() {
        let text = [b"proto://", userinfo.as_slice(), b"@host"].concat();
        let parsed = Url::parse(&text).map_err(|failure| {
            Error::new(format!("unable to parse userinfo in dict: {failure}"))
        })?;
        url.user = parsed.user;
    }
    Ok(url.to_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn a_failure_says_nothing_of_a_password() {
        for (text, expected) in [
            (
                "redis://:q7Zp/Xw93@db:6379/0",
                r#"invalid port ":…" after host"#,
            ),
            (
                "redis://:q7#Xw93@db:6379/0",
                r#"invalid port ":…" after host"#,
            ),
            (
                "redis://u:q7?Xw93@db:6379/0",
                r#"invalid port ":…" after host"#,
            ),
            ("redis://u:12/%q7@db", r#"invalid URL escape "%…""#),
            ("redis://u:p@db:q7", r#"invalid port ":…" after host"#),
            (
                "redis://[q7Zp]/Xw93@db",
                r#"invalid host: ParseAddr("…"): unable to parse IP"#,
            ),
            ("http://h:port", r#"invalid port ":port" after host"#),
            ("http://h/%zz", r#"invalid URL escape "%zz""#),
            ("http://h:q7ZpXw93", r#"invalid port ":…" after host"#),
        ] {
            let failure = Url::parse(text.as_bytes()).err().unwrap_or_default();
            assert!(failure.ends_with(&format!(": {expected}")), "{failure}");
        }
    }
}
