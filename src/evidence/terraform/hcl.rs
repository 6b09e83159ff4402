//! The language of Terraform, as far as it writes down what is there: blocks, attributes, texts, lists, maps. Expressions are
//! kept as they are written.
//!
//! <https://developer.hashicorp.com/terraform/language/syntax/configuration>

/// Blocks in blocks, and values in values.
const DEEPEST: usize = 60;

/// A block: `resource "helm_release" "shop" { … }`.
#[derive(Debug)]
pub(super) struct Block {
    pub kind: String,
    pub labels: Vec<String>,
    /// The byte where it begins.
    pub at: usize,
    pub items: Vec<Item>,
}

/// What stands in a block.
#[derive(Debug)]
pub(super) enum Item {
    Attribute(Attribute),
    Block(Block),
}

/// A name with a value.
#[derive(Debug)]
pub(super) struct Attribute {
    pub name: String,
    /// The byte where the value begins.
    pub at: usize,
    pub value: Value,
}

/// A value, as it is written.
#[derive(Debug)]
pub(super) enum Value {
    /// A text with its `${…}`, without escapes.
    Text(String),
    /// The lines of `<<EOT`, as they stand, and the byte where they begin.
    Lines(String, usize),
    List(Vec<Value>),
    Map(Vec<Attribute>),
    /// A function with one argument that is written down: `yamlencode({…})`.
    Call(String, Box<Value>),
    /// Anything else: a number, a reference, an expression.
    Other(String),
}

impl Block {
    /// An attribute by its name.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.items.iter().find_map(|item| match item {
            Item::Attribute(attribute) if attribute.name == name => Some(&attribute.value),
            _ => None,
        })
    }
}

/// The blocks of a file.
pub(super) fn read(text: &str) -> Vec<Block> {
    let mut reader = Reader { text, at: 0 };
    let items = reader.body(0);
    let blocks = items.into_iter().filter_map(|item| match item {
        Item::Block(block) => Some(block),
        Item::Attribute(_) => None,
    });
    blocks.collect()
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, sign: char) -> bool {
        let is_next = self.next() == Some(sign);
        if is_next {
            self.at += sign.len_utf8();
        }
        is_next
    }

    /// Goes on while characters are of a kind.
    fn take_while(&mut self, is_wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|char| !is_wanted(char)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn skip_spaces(&mut self) {
        self.take_while(|char| matches!(char, ' ' | '\t' | '\r'));
    }

    /// Goes on behind spaces, lines, commas and comments.
    fn skip(&mut self) {
        loop {
            self.take_while(|char| char.is_whitespace() || char == ',');
            let rest = self.rest();
            if rest.starts_with('#') || rest.starts_with("//") {
                self.take_while(|char| char != '\n');
            } else if rest.starts_with("/*") {
                self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    /// What stands in a block, up to its end.
    fn body(&mut self, depth: usize) -> Vec<Item> {
        let mut items = Vec::new();
        loop {
            self.skip();
            let start = self.at;
            match self.next() {
                None => return items,
                Some('}') => {
                    self.at += 1;
                    return items;
                }
                Some(_) => items.extend(self.item(depth)),
            }
            // What is no item is left out with its line.
            if self.at == start {
                self.take_while(|char| char != '\n');
                self.take('\n');
            }
        }
    }

    fn item(&mut self, depth: usize) -> Option<Item> {
        let at = self.at;
        let name = self.key()?;
        self.skip_spaces();
        if self.rest().starts_with('=') && !self.rest().starts_with("==") {
            self.at += 1;
            return Some(Item::Attribute(self.attribute(name, depth)));
        }
        let mut labels = Vec::new();
        while let Some(label) = self.key() {
            labels.push(label);
            self.skip_spaces();
        }
        if depth >= DEEPEST || !self.take('{') {
            self.take_while(|char| char != '\n');
            return None;
        }
        Some(Item::Block(Block {
            kind: name,
            labels,
            at,
            items: self.body(depth + 1),
        }))
    }

    fn attribute(&mut self, name: String, depth: usize) -> Attribute {
        self.skip_spaces();
        let at = self.at;
        let value = self.value(depth + 1);
        Attribute { name, at, value }
    }

    /// A name, in quotes or without.
    fn key(&mut self) -> Option<String> {
        match self.next()? {
            '"' => self.quoted(),
            char if char.is_ascii_alphabetic() || char == '_' => {
                let is_letter = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
                Some(self.take_while(is_letter).to_owned())
            }
            _ => None,
        }
    }

    /// A value, up to the end of its line or what it stands in.
    fn value(&mut self, depth: usize) -> Value {
        let start = self.at;
        let value = match self.next() {
            _ if depth >= DEEPEST => None,
            Some('"') => self.quoted().map(Value::Text),
            Some('<') => self.lines(),
            Some('[') if !self.is_for() => self.list(depth),
            Some('{') if !self.is_for() => self.map(depth),
            Some(char) if char.is_ascii_alphabetic() => self.call(depth),
            _ => None,
        };
        let is_lines = matches!(value, Some(Value::Lines(..)));
        if !is_lines {
            self.skip_spaces();
        }
        let rest = self.rest();
        let ends = ['\n', ',', '}', ']', ')', '#'];
        let is_whole = rest.is_empty() || rest.starts_with(ends) || rest.starts_with("//");
        match value {
            Some(value) if is_whole || is_lines => value,
            _ => {
                self.at = start.max(self.at);
                self.skip_expression();
                let written = self.text.get(start..self.at).unwrap_or_default();
                Value::Other(written.trim().to_owned())
            }
        }
    }

    /// Whether brackets hold a loop: `[for x in …]`.
    fn is_for(&self) -> bool {
        let inner = self.rest().get(1..).unwrap_or_default().trim_start();
        inner
            .strip_prefix("for")
            .is_some_and(|rest| rest.starts_with(char::is_whitespace))
    }

    /// A text in quotes, with the `${…}` in it as they are.
    fn quoted(&mut self) -> Option<String> {
        let rest = self.rest().strip_prefix('"')?;
        let mut text = String::new();
        let mut depth = 0usize;
        let mut chars = rest.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            match char {
                '"' if depth == 0 => {
                    self.at += 1 + at + 1;
                    return Some(text);
                }
                '\n' => return None,
                '\\' if depth == 0 => {
                    let escaped = chars.next().map(|(_, char)| char);
                    text.extend(escaped.map(|char| match char {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    }));
                    continue;
                }
                '$' | '%' if chars.peek().is_some_and(|(_, next)| *next == '{') => {
                    chars.next();
                    text.push(char);
                    text.push('{');
                    depth += 1;
                    continue;
                }
                '{' if depth > 0 => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            text.push(char);
        }
        None
    }

    /// `<<EOT` and the lines up to the next `EOT`.
    fn lines(&mut self) -> Option<Value> {
        let rest = self.rest().strip_prefix("<<")?;
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        let (end, _) = rest.split_once('\n')?;
        let end = end.trim();
        let is_word = !end.is_empty()
            && end
                .chars()
                .all(|char| char.is_alphanumeric() || char == '_');
        if !is_word {
            return None;
        }
        let start = self.at + self.rest().find('\n')? + 1;
        let mut at = start;
        for line in self.text.get(start..)?.split_inclusive('\n') {
            if line.trim() == end {
                let lines = self.text.get(start..at)?.to_owned();
                self.at = at + line.trim_end_matches(['\n', '\r']).len();
                return Some(Value::Lines(lines, start));
            }
            at += line.len();
        }
        None
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip();
            let start = self.at;
            match self.next()? {
                ']' => {
                    self.at += 1;
                    return Some(Value::List(items));
                }
                _ => items.push(self.value(depth + 1)),
            }
            if self.at == start {
                return None;
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.skip();
            if self.take('}') {
                return Some(Value::Map(entries));
            }
            let name = match self.next()? {
                // `(var.key) = …`
                '(' => {
                    let start = self.at;
                    self.skip_brackets();
                    self.text.get(start..self.at)?.to_owned()
                }
                _ => self.key()?,
            };
            self.skip_spaces();
            if !(self.take('=') || self.take(':')) {
                return None;
            }
            let entry = self.attribute(name, depth);
            entries.push(entry);
        }
    }

    /// A function with one argument that is written down.
    fn call(&mut self, depth: usize) -> Option<Value> {
        let start = self.at;
        let name = self.take_while(|char| char.is_ascii_alphanumeric() || char == '_');
        if !self.take('(') {
            self.at = start;
            return None;
        }
        self.skip();
        let is_written = self
            .next()
            .is_some_and(|char| matches!(char, '"' | '<' | '[' | '{'));
        if is_written {
            let value = self.value(depth + 1);
            self.skip();
            if self.take(')') {
                return Some(Value::Call(name.to_owned(), Box::new(value)));
            }
        }
        self.at = start;
        None
    }

    /// Goes on to the end of an expression: of its line, or of what it stands in.
    fn skip_expression(&mut self) {
        while let Some(char) = self.next() {
            match char {
                '\n' | ',' | '}' | ']' | ')' | '#' => return,
                '(' | '[' | '{' | '"' => self.skip_brackets(),
                other => self.at += other.len_utf8(),
            }
        }
    }

    /// Goes on behind brackets or quotes, with all that is in them.
    fn skip_brackets(&mut self) {
        let mut depth = 0usize;
        while let Some(char) = self.next() {
            match char {
                '"' => {
                    if self.quoted().is_none() {
                        self.at += 1;
                    }
                    if depth == 0 {
                        return;
                    }
                    continue;
                }
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += char.len_utf8();
            if depth == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_values_are_read_as_they_are_written() {
        let text = "# resource \"no\" \"no\" {}\nresource \"a\" \"b\" {\n  name = \"x-${var.y}\" // why\n  list = [\"one\", { k = 1 }]\n  map = {\n    \"a.b/c\" = \"d\"\n    e : true\n  }\n  sum = \"a\" == var.x ? 1 : 0\n  all = [for x in y : x]\n  code = yamlencode({ image = { tag = var.tag } })\n  text = <<-EOT\n    kind: A\n  EOT\n  inner {\n    on = true\n  }\n}\n";
        let blocks = read(text);
        assert_eq!(blocks.len(), 1);
        let seen = format!("{:?}", blocks[0]);
        for part in [
            "kind: \"resource\", labels: [\"a\", \"b\"], at: 24",
            "Text(\"x-${var.y}\")",
            "name: \"a.b/c\"",
            "name: \"e\"",
            "Other(\"true\")",
            "Other(\"\\\"a\\\" == var.x ? 1 : 0\")",
            "Other(\"[for x in y : x]\")",
            "Call(\"yamlencode\", Map(",
            "Lines(\"    kind: A\\n\"",
            "kind: \"inner\"",
        ] {
            assert!(seen.contains(part), "{part} in {seen}");
        }
    }

    #[test]
    fn what_is_broken_comes_to_an_end() {
        let deep = "a {\n".repeat(10_000) + &"x = [".repeat(10_000);
        for text in [
            "a {",
            "a \"b",
            "= 1\n}\n]",
            "a { b = <<EOT\n",
            "x { y = \"${\" }",
            "a { b = { c } }",
            &deep,
        ] {
            read(text);
        }
    }
}
