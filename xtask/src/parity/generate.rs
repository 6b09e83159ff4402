//! Random templates: typed expressions over Helm's functions, so that most of them mean something, and some do not.

use fastrand::Rng;

use super::vocabulary::Type::{Any, Bool, Dict, Float, Int, List, Text};
use super::vocabulary::{FLOATS, FORMATS, FUNCTIONS, INTS, PATHS, Signature, TEXTS, Type};

/// Makes templates. The same seed makes the same ones.
pub(super) struct Generator {
    rng: Rng,
    variables: Vec<String>,
    counter: usize,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Generator {
            rng: Rng::with_seed(seed),
            variables: Vec::new(),
            counter: 0,
        }
    }

    /// One template of a few statements.
    pub(super) fn template(&mut self) -> String {
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
            let given = self.arguments(
                name,
                &arguments[..arguments.len() - 1],
                depth.saturating_sub(1),
            );
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
        let given = self.arguments(name, arguments, depth - 1);
        format!("{name} {}", given.join(" "))
    }

    /// Arguments for a function. One that changes a dict never gets to put it into itself: helm prints such a dict until
    /// the memory is gone.
    fn arguments(&mut self, name: &str, wanted: &[Type], depth: usize) -> Vec<String> {
        let mut given: Vec<String> = wanted
            .iter()
            .map(|wanted| self.operand(depth, *wanted))
            .collect();
        if matches!(name, "set" | "merge" | "mergeOverwrite") {
            if let (true, [_, _, value]) = (name == "set" && self.rng.bool(), &mut given[..]) {
                *value = self.pick(TEXTS).to_owned();
            } else {
                given[0] = format!("(deepCopy {})", given[0]);
            }
        }
        given
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
