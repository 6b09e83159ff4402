//! Random templates: typed expressions over Helm's functions, so that most of them mean something, and some do not.

use fastrand::Rng;

/// What an expression is meant to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Int,
    Float,
    Bool,
    List,
    Dict,
    Any,
}

use Type::{Any, Bool, Dict, Float, Int, List, Text};

/// A function with the types of its arguments and of its result. None that draws random numbers or reads the clock.
type Signature = (&'static str, &'static [Type], Type);

const FUNCTIONS: &[Signature] = &[
    ("abbrev", &[Int, Text], Text),
    ("abbrevboth", &[Int, Int, Text], Text),
    ("add", &[Int, Int, Int], Int),
    ("add1", &[Int], Int),
    ("add1f", &[Float], Float),
    ("addf", &[Float, Float], Float),
    ("adler32sum", &[Text], Text),
    ("all", &[Any, Any], Bool),
    ("and", &[Any, Any], Any),
    ("any", &[Any, Any], Bool),
    ("append", &[List, Any], List),
    ("atoi", &[Text], Int),
    ("b32dec", &[Text], Text),
    ("b32enc", &[Text], Text),
    ("b64dec", &[Text], Text),
    ("b64enc", &[Text], Text),
    ("base", &[Text], Text),
    ("biggest", &[Int, Int], Int),
    ("camelcase", &[Text], Text),
    ("cat", &[Any, Any, Any], Text),
    ("ceil", &[Float], Float),
    ("chunk", &[Int, List], List),
    ("clean", &[Text], Text),
    ("coalesce", &[Any, Any, Any], Any),
    ("compact", &[List], List),
    ("concat", &[List, List], List),
    ("contains", &[Text, Text], Bool),
    ("deepCopy", &[Dict], Dict),
    ("deepEqual", &[Any, Any], Bool),
    ("default", &[Any, Any], Any),
    ("dict", &[Text, Any, Text, Any], Dict),
    ("dig", &[Text, Any, Dict], Any),
    ("dir", &[Text], Text),
    ("div", &[Int, Int], Int),
    ("divf", &[Float, Float], Float),
    ("duration", &[Int], Text),
    ("durationRound", &[Text], Text),
    ("empty", &[Any], Bool),
    ("eq", &[Any, Any], Bool),
    ("eq", &[Text, Text], Bool),
    ("eq", &[Int, Int], Bool),
    ("ext", &[Text], Text),
    ("first", &[List], Any),
    ("float64", &[Any], Float),
    ("floor", &[Float], Float),
    ("fromJson", &[Text], Dict),
    ("fromYaml", &[Text], Dict),
    ("fromYamlArray", &[Text], List),
    ("ge", &[Int, Int], Bool),
    ("get", &[Dict, Text], Any),
    ("gt", &[Float, Float], Bool),
    ("has", &[Any, List], Bool),
    ("hasKey", &[Dict, Text], Bool),
    ("hasPrefix", &[Text, Text], Bool),
    ("hasSuffix", &[Text, Text], Bool),
    ("html", &[Any], Text),
    ("indent", &[Int, Text], Text),
    ("index", &[List, Int], Any),
    ("index", &[Dict, Text], Any),
    ("initial", &[List], List),
    ("initials", &[Text], Text),
    ("int", &[Any], Int),
    ("int64", &[Any], Int),
    ("isAbs", &[Text], Bool),
    ("join", &[Text, List], Text),
    ("js", &[Any], Text),
    ("kebabcase", &[Text], Text),
    ("kindIs", &[Text, Any], Bool),
    ("kindOf", &[Any], Text),
    ("last", &[List], Any),
    ("le", &[Text, Text], Bool),
    ("len", &[List], Int),
    ("len", &[Text], Int),
    ("list", &[Any, Any, Any], List),
    ("lower", &[Text], Text),
    ("lt", &[Int, Int], Bool),
    ("max", &[Int, Int], Int),
    ("maxf", &[Float, Float], Float),
    ("merge", &[Dict, Dict], Dict),
    ("mergeOverwrite", &[Dict, Dict], Dict),
    ("min", &[Int, Int], Int),
    ("mod", &[Int, Int], Int),
    ("mul", &[Int, Int], Int),
    ("mulf", &[Float, Float], Float),
    ("mustFromJson", &[Text], Any),
    ("mustRegexFind", &[Text, Text], Text),
    ("mustToJson", &[Any], Text),
    ("mustToYaml", &[Any], Text),
    ("ne", &[Any, Any], Bool),
    ("nindent", &[Int, Text], Text),
    ("nospace", &[Text], Text),
    ("not", &[Any], Bool),
    ("omit", &[Dict, Text], Dict),
    ("or", &[Any, Any], Any),
    ("pick", &[Dict, Text], Dict),
    ("pluck", &[Text, Dict, Dict], List),
    ("plural", &[Text, Text, Int], Text),
    ("prepend", &[List, Any], List),
    ("print", &[Any, Any], Text),
    ("println", &[Any, Any], Text),
    ("quote", &[Any], Text),
    ("regexFind", &[Text, Text], Text),
    ("regexFindAll", &[Text, Text, Int], List),
    ("regexMatch", &[Text, Text], Bool),
    ("regexQuoteMeta", &[Text], Text),
    ("regexReplaceAll", &[Text, Text, Text], Text),
    ("regexReplaceAllLiteral", &[Text, Text, Text], Text),
    ("regexSplit", &[Text, Text, Int], List),
    ("repeat", &[Int, Text], Text),
    ("replace", &[Text, Text, Text], Text),
    ("required", &[Text, Any], Any),
    ("rest", &[List], List),
    ("reverse", &[List], List),
    ("round", &[Float, Int], Float),
    ("semver", &[Text], Any),
    ("semverCompare", &[Text, Text], Bool),
    ("seq", &[Int, Int], Text),
    ("set", &[Dict, Text, Any], Dict),
    ("sha256sum", &[Text], Text),
    ("slice", &[List, Int, Int], List),
    ("snakecase", &[Text], Text),
    ("sortAlpha", &[List], List),
    ("split", &[Text, Text], Any),
    ("splitList", &[Text, Text], List),
    ("splitn", &[Text, Int, Text], Any),
    ("squote", &[Any], Text),
    ("sub", &[Int, Int], Int),
    ("subf", &[Float, Float], Float),
    ("substr", &[Int, Int, Text], Text),
    ("swapcase", &[Text], Text),
    ("ternary", &[Any, Any, Bool], Any),
    ("title", &[Text], Text),
    ("toDecimal", &[Text], Int),
    ("toJson", &[Any], Text),
    ("toPrettyJson", &[Any], Text),
    ("toRawJson", &[Any], Text),
    ("toString", &[Any], Text),
    ("toStrings", &[List], List),
    ("toToml", &[Dict], Text),
    ("toYaml", &[Any], Text),
    ("toYamlPretty", &[Any], Text),
    ("trim", &[Text], Text),
    ("trimAll", &[Text, Text], Text),
    ("trimPrefix", &[Text, Text], Text),
    ("trimSuffix", &[Text, Text], Text),
    ("trunc", &[Int, Text], Text),
    ("typeIs", &[Text, Any], Bool),
    ("typeOf", &[Any], Text),
    ("uniq", &[List], List),
    ("unset", &[Dict, Text], Dict),
    ("until", &[Int], List),
    ("untilStep", &[Int, Int, Int], List),
    ("untitle", &[Text], Text),
    ("upper", &[Text], Text),
    ("urlJoin", &[Dict], Text),
    ("urlParse", &[Text], Dict),
    ("urlquery", &[Any], Text),
    ("without", &[List, Any], List),
    ("wrap", &[Int, Text], Text),
    ("wrapWith", &[Int, Text, Text], Text),
];

const TEXTS: &[&str] = &[
    "\"\"",
    "\"a\"",
    "\"hello world\"",
    "\"Foo-Bar_baz\"",
    "\"x: y\"",
    "`raw \"q\"`",
    "\"1.2.3\"",
    "\"^1.2\"",
    "\"~> 2\"",
    "\"a,b,c\"",
    "\",\"",
    "\"-\"",
    "\"[a-z]+\"",
    "\"(o+)\"",
    "\"$1x\"",
    "\"map\"",
    "\"string\"",
    "\"name\"",
    "\"list\"",
    "\"/a/b.c\"",
    "\"https://u:p@h.io:8080/p?q=1#f\"",
    "\"yes\"",
    "\"0x1F\"",
    "\"012\"",
    "\"3.7\"",
    "\"1h5m\"",
    "\"é ü\"",
    "\"line\\nline\"",
    "\"<a href='x'>&</a>\"",
    "\"{\\\"a\\\": [1, 2.5, null]}\"",
    "\"- 1\\n- b\"",
    "\"k: v\\nn: 1\"",
    "\"YWJj\"",
    "`\\d+`",
    "\"%s\"",
    "\"%v|%d\"",
];
const FORMATS: &[&str] = &[
    "%s", "%v", "%d", "%q", "%5d", "%-8s|", "%05.2f", "%x", "%t", "%+v", "%#v", "%T", "%c", "%e",
    "%g", "%08b", "%o", "%U", "%%", "%6.3v", "%*d", "%[2]v",
];
const INTS: &[&str] = &[
    "0", "1", "2", "3", "7", "-1", "10", "100", "0x1F", "'a'", "1_000",
];
const FLOATS: &[&str] = &[
    "0.0",
    "1.5",
    "-2.25",
    "1e3",
    "3.14159",
    "1e21",
    "0.000001",
    "100000.0",
    "1234567.0",
];
const PATHS: &[(&str, Type)] = &[
    (".Values.text", Text),
    (".Values.empty", Text),
    (".Values.multiline", Text),
    (".Values.int", Float),
    (".Values.big", Float),
    (".Values.float", Float),
    (".Values.yes", Bool),
    (".Values.no", Bool),
    (".Values.none", Any),
    (".Values.absent", Any),
    (".Values.absent.deeper", Any),
    (".Values.list", List),
    (".Values.maps", List),
    (".Values.map", Dict),
    (".Values.map.inner", Dict),
    (".Values.map.inner.leaf", Text),
    (".Values.text.field", Any),
    (".Chart.Name", Text),
    (".Chart.Version", Text),
    (".Release.Name", Text),
    (".Release.IsUpgrade", Bool),
    (".Release.Revision", Int),
    (".Template.Name", Text),
    (".Capabilities.KubeVersion.Minor", Text),
    ("$.Values.map", Dict),
    (".", Any),
    ("$", Any),
];

/// The values that the templates are rendered with.
pub const VALUES: &str = r#"text: some text
empty: ""
multiline: |
  first
    second

  third
int: 42
big: 12345678
float: 3.25
yes: true
no: false
none: null
list: [b, 1, 2.5, true, null, a, b]
maps: [{name: x, value: 1}, {name: y, value: "2"}]
map:
  zeta: 1
  alpha: "on"
  inner: {leaf: deep, "dotted.key": 7}
"#;

/// Makes templates. The same seed makes the same ones.
pub struct Generator {
    rng: Rng,
    variables: Vec<String>,
    counter: usize,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Generator {
            rng: Rng::with_seed(seed),
            variables: Vec::new(),
            counter: 0,
        }
    }

    /// One template of a few statements.
    pub fn template(&mut self) -> String {
        self.variables.clear();
        let mut text = String::from("value: |-\n");
        for _ in 0..self.rng.usize(1..5) {
            text += &self.statement(3);
            text.push('\n');
        }
        text
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.rng.usize(..from.len())]
    }

    fn open(&mut self) -> &'static str {
        if self.rng.u8(..6) == 0 { "{{- " } else { "{{ " }
    }

    fn close(&mut self) -> &'static str {
        if self.rng.u8(..6) == 0 { " -}}" } else { " }}" }
    }

    fn action(&mut self, inside: &str) -> String {
        format!("{}{inside}{}", self.open(), self.close())
    }

    fn statement(&mut self, depth: usize) -> String {
        if depth == 0 {
            let pipeline = self.pipeline(2, Any);
            return self.action(&pipeline);
        }
        match self.rng.u8(..20) {
            0 | 1 => {
                let condition = self.pipeline(2, Any);
                let (then, otherwise) = (self.block(depth), self.block(depth));
                format!(
                    "{}{then}{}{otherwise}{}",
                    self.action(&format!("if {condition}")),
                    self.action("else"),
                    self.action("end")
                )
            }
            2 | 3 => {
                let subject = self.pipeline(2, Any);
                let (then, otherwise) = (self.block(depth), self.block(depth));
                format!(
                    "{}{then}{}{otherwise}{}",
                    self.action(&format!("with {subject}")),
                    self.action("else"),
                    self.action("end")
                )
            }
            4 | 5 => self.range(depth),
            6 | 7 => {
                let value = self.pipeline(2, Any);
                self.counter += 1;
                let name = format!("$v{}", self.counter);
                let action = self.action(&format!("{name} := {value}"));
                self.variables.push(name);
                action
            }
            8 if !self.variables.is_empty() => {
                let name = self.variables[self.rng.usize(..self.variables.len())].clone();
                let value = self.pipeline(2, Any);
                self.action(&format!("{name} = {value}"))
            }
            9 => {
                let value = self.operand(1, Any);
                self.action(&format!("include \"helper\" {value}"))
            }
            10 => {
                let value = self.operand(1, Any);
                self.action(&format!("template \"helper\" {value}"))
            }
            11 => "{{/* a comment */}}".to_owned(),
            12 => {
                let inner = self.pipeline(1, Any).replace('`', "'");
                self.action(&format!("tpl `[{{{{ {inner} }}}}]` $"))
            }
            _ => {
                let pipeline = self.pipeline(3, Any);
                self.action(&pipeline)
            }
        }
    }

    fn block(&mut self, depth: usize) -> String {
        let known = self.variables.len();
        let text = format!(" {} ", self.statement(depth - 1));
        self.variables.truncate(known);
        text
    }

    fn range(&mut self, depth: usize) -> String {
        let over = match self.rng.u8(..4) {
            0 => self.operand(1, Dict),
            1 => self.operand(1, Int),
            _ => self.operand(1, List),
        };
        let known = self.variables.len();
        self.counter += 1;
        let (index, item) = (format!("$i{}", self.counter), format!("$e{}", self.counter));
        let head = match self.rng.u8(..3) {
            0 => format!("range {over}"),
            1 => format!("range {item} := {over}"),
            _ => format!("range {index}, {item} := {over}"),
        };
        if head.contains(":=") {
            self.variables.push(item);
        }
        let stop = match self.rng.u8(..8) {
            0 => "{{ break }}",
            1 => "{{ continue }}",
            _ => "",
        };
        let body = self.statement(depth - 1);
        self.variables.truncate(known);
        let end = self.action("end");
        format!("{} {body}{stop} {}", self.action(&head), end)
    }

    fn pipeline(&mut self, depth: usize, wanted: Type) -> String {
        let mut text = self.command(depth, wanted);
        for _ in 0..self.rng.usize(..3) {
            let (name, arguments, _) = FUNCTIONS[self.rng.usize(..FUNCTIONS.len())];
            let given: Vec<String> = arguments[..arguments.len() - 1]
                .iter()
                .map(|wanted| self.operand(depth.saturating_sub(1), *wanted))
                .collect();
            text += &format!(" | {name} {}", given.join(" "));
        }
        text.trim_end().to_owned()
    }

    fn command(&mut self, depth: usize, wanted: Type) -> String {
        if depth == 0 {
            return self.leaf(wanted);
        }
        if self.rng.u8(..8) == 0 {
            let format = format!("{} {}", self.pick(FORMATS), self.pick(FORMATS));
            let (first, second) = (self.operand(depth - 1, Any), self.operand(depth - 1, Any));
            return format!("printf \"{format}\" {first} {second}");
        }
        let fitting: Vec<&Signature> = FUNCTIONS
            .iter()
            .filter(|(_, _, result)| wanted == Any || *result == wanted || *result == Any)
            .collect();
        let (name, arguments, _) = fitting[self.rng.usize(..fitting.len())];
        let given: Vec<String> = arguments
            .iter()
            .map(|wanted| self.operand(depth - 1, *wanted))
            .collect();
        format!("{name} {}", given.join(" "))
    }

    fn operand(&mut self, depth: usize, wanted: Type) -> String {
        // One in twelve is of a wrong type: errors have to be the same, too.
        let wanted = if self.rng.u8(..12) == 0 { Any } else { wanted };
        if depth == 0 || self.rng.bool() {
            self.leaf(wanted)
        } else {
            format!("({})", self.command(depth, wanted))
        }
    }

    fn leaf(&mut self, wanted: Type) -> String {
        if !self.variables.is_empty() && self.rng.u8(..6) == 0 {
            return self.variables[self.rng.usize(..self.variables.len())].clone();
        }
        let paths: Vec<&str> = PATHS
            .iter()
            .filter(|(_, kind)| wanted == Any || *kind == wanted)
            .map(|(path, _)| *path)
            .collect();
        if !paths.is_empty() && self.rng.bool() {
            return self.pick(&paths).to_owned();
        }
        match wanted {
            Text => self.pick(TEXTS).to_owned(),
            Int => self.pick(INTS).to_owned(),
            Float => self.pick(FLOATS).to_owned(),
            Bool => self.pick(&["true", "false"]).to_owned(),
            List => self
                .pick(&[
                    "(list)",
                    "(list 1 \"a\" 2.5)",
                    "(list \"c\" \"a\" \"b\")",
                    "(until 3)",
                ])
                .to_owned(),
            Dict => self
                .pick(&[
                    "(dict)",
                    "(dict \"a\" 1 \"name\" \"n\")",
                    "(dict \"map\" (dict \"list\" (list 1)))",
                ])
                .to_owned(),
            Any => {
                let kind = [Text, Int, Float, Bool, List, Dict][self.rng.usize(..6)];
                self.leaf(kind)
            }
        }
    }
}
