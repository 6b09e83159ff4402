//! Anchors, aliases, tags and directives.

use super::Scanner;
use super::token::{Mark, Mistake, TagToken, TokenKind};
use crate::scalar::Tag;

/// The tags that `!!` begins.
const YAML_TAGS: &str = "tag:yaml.org,2002:";

fn is_alpha(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

impl<'s> Scanner<'s> {
    /// `&name` or `*name`
    pub(super) fn anchor(&mut self) -> Result<(), Mistake> {
        self.save_key()?;
        self.keys.may_begin = false;
        let start = self.walk.mark();
        let is_alias = self.walk.byte(0) == Some(b'*');
        self.walk.skip();
        let name = self.alpha();
        let follows = self.walk.is_blankz(0)
            || matches!(
                self.walk.byte(0),
                Some(b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`')
            );
        if name.is_empty() || !follows {
            let context = match is_alias {
                true => "while scanning an alias",
                false => "while scanning an anchor",
            };
            let what = "did not find expected alphabetic or numeric character";
            return Err(self.mistake(context, start, what));
        }
        let kind = match is_alias {
            true => TokenKind::Alias(name),
            false => TokenKind::Anchor(name),
        };
        self.push(kind, start);
        Ok(())
    }

    /// Letters, digits, `_` and `-`.
    fn alpha(&mut self) -> &'s str {
        let start = self.walk.at;
        let rest = self.walk.rest().iter();
        self.walk
            .advance(rest.take_while(|byte| is_alpha(**byte)).count());
        self.walk.slice(start, self.walk.at)
    }

    pub(super) fn tag(&mut self) -> Result<(), Mistake> {
        const WHILE: &str = "while scanning a tag";
        self.save_key()?;
        self.keys.may_begin = false;
        let start = self.walk.mark();
        let tag = match self.walk.byte(1) {
            Some(b'<') => {
                self.walk.advance(2);
                let full = self.uri("", false, start)?;
                if self.walk.byte(0) != Some(b'>') {
                    return Err(self.mistake(WHILE, start, "did not find the expected '>'"));
                }
                self.walk.skip();
                TagToken::Known(Tag::from_full(&full))
            }
            _ => self.short_tag(start)?,
        };
        if !self.walk.is_blankz(0) {
            let what = "did not find expected whitespace or line break";
            return Err(self.mistake(WHILE, start, what));
        }
        self.push(TokenKind::Tag(tag), start);
        Ok(())
    }

    /// `!!str`, `!name`, `!`
    fn short_tag(&mut self, start: Mark) -> Result<TagToken<'s>, Mistake> {
        let handle = self.handle(false, start)?;
        if handle.len() > 1 && handle.ends_with('!') {
            let suffix = self.uri("", false, start)?;
            return Ok(match handle {
                "!!" => TagToken::Known(Tag::from_full(&format!("{YAML_TAGS}{suffix}"))),
                _ => TagToken::Short(handle, suffix),
            });
        }
        let suffix = self.uri(handle, false, start)?;
        Ok(match suffix.is_empty() {
            true => TagToken::Bare,
            false => TagToken::Known(Tag::Other),
        })
    }

    fn handle(&mut self, is_directive: bool, start: Mark) -> Result<&'s str, Mistake> {
        let from = self.walk.at;
        if self.walk.byte(0) != Some(b'!') {
            return Err(self.tag_mistake(is_directive, start, "did not find expected '!'"));
        }
        self.walk.skip();
        self.alpha();
        if self.walk.byte(0) == Some(b'!') {
            self.walk.skip();
        } else if is_directive && self.walk.at > from + 1 {
            return Err(self.tag_mistake(is_directive, start, "did not find expected '!'"));
        }
        Ok(self.walk.slice(from, self.walk.at))
    }

    /// The rest of a tag behind `head`, whose first character is left out.
    fn uri(&mut self, head: &str, is_directive: bool, start: Mark) -> Result<String, Mistake> {
        let mut uri: Vec<u8> = head.bytes().skip(1).collect();
        let mut is_there = !head.is_empty();
        while let Some(byte) = self.walk.byte(0) {
            match byte {
                b'%' => self.octets(&mut uri, is_directive, start)?,
                byte if is_alpha(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) => {
                    uri.push(byte);
                    self.walk.skip();
                }
                _ => break,
            }
            is_there = true;
        }
        match is_there {
            true => Ok(String::from_utf8_lossy(&uri).into_owned()),
            false => Err(self.tag_mistake(is_directive, start, "did not find expected tag URI")),
        }
    }

    /// A character that is written as `%C3%A9`.
    fn octets(
        &mut self,
        uri: &mut Vec<u8>,
        is_directive: bool,
        start: Mark,
    ) -> Result<(), Mistake> {
        let mut left = None;
        while left != Some(0) {
            let digit = |ahead: usize| {
                let byte = self.walk.byte(ahead).map(char::from)?;
                byte.to_digit(16)
            };
            let digits = (self.walk.byte(0) == Some(b'%')).then(|| (digit(1), digit(2)));
            let Some((Some(high), Some(low))) = digits else {
                let what = "did not find URI escaped octet";
                return Err(self.tag_mistake(is_directive, start, what));
            };
            let octet = (high << 4 | low) as u8;
            left = match (left, octet) {
                (None, 0..=0x7f) => Some(0),
                (None, 0xc0..=0xdf) => Some(1),
                (None, 0xe0..=0xef) => Some(2),
                (None, 0xf0..=0xf7) => Some(3),
                (None, _) => {
                    let what = "found an incorrect leading UTF-8 octet";
                    return Err(self.tag_mistake(is_directive, start, what));
                }
                (Some(left), octet) if octet & 0xc0 == 0x80 => Some(left - 1),
                (Some(_), _) => {
                    let what = "found an incorrect trailing UTF-8 octet";
                    return Err(self.tag_mistake(is_directive, start, what));
                }
            };
            uri.push(octet);
            self.walk.advance(3);
        }
        Ok(())
    }

    fn tag_mistake(&self, is_directive: bool, start: Mark, what: &'static str) -> Mistake {
        let context = match is_directive {
            true => "while parsing a %TAG directive",
            false => "while parsing a tag",
        };
        self.mistake(context, start, what)
    }

    /// `%YAML 1.1` or `%TAG ! tag:example.com:`
    pub(super) fn directive(&mut self) -> Result<(), Mistake> {
        const WHILE: &str = "while scanning a directive";
        self.unroll(-1);
        self.forget_key()?;
        self.keys.may_begin = false;
        let start = self.walk.mark();
        self.walk.skip();
        let name = self.alpha();
        if name.is_empty() {
            let what = "could not find expected directive name";
            return Err(self.mistake(WHILE, start, what));
        }
        if !self.walk.is_blankz(0) {
            let what = "found unexpected non-alphabetical character";
            return Err(self.mistake(WHILE, start, what));
        }
        self.blanks();
        let kind = match name {
            "YAML" => TokenKind::Version(self.version(start)?),
            "TAG" => {
                let (handle, prefix) = self.tag_prefix(start)?;
                TokenKind::TagDirective(handle, prefix)
            }
            _ => return Err(self.mistake(WHILE, start, "found unknown directive name")),
        };
        self.blanks();
        self.comment();
        if !self.walk.is_blankz(0) {
            let what = "did not find expected comment or line break";
            return Err(self.mistake(WHILE, start, what));
        }
        self.push(kind, start);
        self.walk.skip_break();
        Ok(())
    }

    fn blanks(&mut self) {
        while self.walk.is_blank() {
            self.walk.skip();
        }
    }

    /// Whether it is version 1.1.
    fn version(&mut self, start: Mark) -> Result<bool, Mistake> {
        const WHILE: &str = "while scanning a %YAML directive";
        let major = self.number(start)?;
        if self.walk.byte(0) != Some(b'.') {
            let what = "did not find expected digit or '.' character";
            return Err(self.mistake(WHILE, start, what));
        }
        self.walk.skip();
        let minor = self.number(start)?;
        Ok((major, minor) == (1, 1))
    }

    fn number(&mut self, start: Mark) -> Result<u32, Mistake> {
        let digits = self.walk.rest().iter();
        let digits: Vec<u8> = digits
            .copied()
            .take_while(u8::is_ascii_digit)
            .take(3)
            .collect();
        let what = match digits.len() {
            0 => "did not find expected version number",
            3 => "found extremely long version number",
            length => {
                self.walk.advance(length);
                let add = |number: u32, digit: &u8| number * 10 + u32::from(digit - b'0');
                return Ok(digits.iter().fold(0, add));
            }
        };
        Err(self.mistake("while scanning a %YAML directive", start, what))
    }

    /// A handle, and what it stands for.
    fn tag_prefix(&mut self, start: Mark) -> Result<(&'s str, String), Mistake> {
        const WHILE: &str = "while scanning a %TAG directive";
        let handle = self.handle(true, start)?;
        if !self.walk.is_blank() {
            return Err(self.mistake(WHILE, start, "did not find expected whitespace"));
        }
        self.blanks();
        let prefix = self.uri("", true, start)?;
        match self.walk.is_blankz(0) {
            true => Ok((handle, prefix)),
            false => {
                let what = "did not find expected whitespace or line break";
                Err(self.mistake(WHILE, start, what))
            }
        }
    }
}
