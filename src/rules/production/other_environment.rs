//! `production/other-environment`.

use envlint_yaml::{Path, Segment};

use super::confidence::{confidence, is_one};
use super::given::{GivenValue, Verdict, check_given};
use super::hosts::{hosts, is_public, without_domain};
use super::stated::{Stated, candidate, database_of, said_environment, stated_in};
use super::test_mode::says_test_mode;
use crate::masking::{Name, Said, Text, text};
use crate::naming::{Mention, Tier, mentions};
use crate::rules::setting::{Cause, Other, Setting, causes, of_production, texts_of_production};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Confidence, Severity};
use crate::values::{plain_key, words_of};

rule! {
    /// A value of production names another environment.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, reports values that name an environment of another tier:
    ///
    /// - settings that say which environment it is: `ENVIRONMENT: staging`, `SPRING_PROFILES_ACTIVE: dev`,
    ///   `NODE_ENV: development`
    /// - hosts, buckets, tags and other names with the word in them, such as `app-staging.example.com`, `myapp-dev` or
    ///   `1.4.0-uat`, if the workspace has such an environment
    ///
    /// In longer texts (a file of the program, a script, a template) hosts with a domain are looked for, line by line, and the
    /// line that says which environment it is (`environment = "dev"`), or which cluster, where the environment that is named has
    /// the same line. A text that says several is about all of them.
    ///
    /// Defaults of the app's own chart count where production does not override them. A name that is the same in all
    /// environments is none of another one, so it is ignored, unless it is in an address and another address of the same map
    /// names each environment's own, or it is an address that the chart has as its default, with which the environment runs that it names, or is that of a database, a bucket or a queue (`orders_dev`) and the environment that it
    /// names has it; ignored, too, are lists of environments, labels, annotations, paths
    /// of files, tolerations, the names in e-mail addresses, and values that no template of the chart reads. The confidence is high where the environment that is named has the same value.
    ///
    /// ## Why it matters
    ///
    /// The value was copied from another environment. Production then reads test data, or its customers' data ends up in
    /// staging.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// env:
    ///   ENVIRONMENT: staging
    ///   PAYMENTS_URL: https://payments-staging.example.com
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// env:
    ///   ENVIRONMENT: prod
    ///   PAYMENTS_URL: https://payments.example.com
    /// ```
    ///
    /// ## References
    ///
    /// - [The Twelve-Factor App: config](https://12factor.net/config)
    "production/other-environment", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    if cx.production().next().is_none() {
        return;
    }
    let known = Known::of(cx);
    let may_name =
        |_: &str, text: &str| mentions(text).next().is_some() || known.named(text).is_some();
    let found = of_production(cx, &may_name)
        .into_iter()
        .filter_map(|setting| {
            let leak = known.leak(&setting)?;
            let what = Shared::of(&setting, &leak);
            Some((setting, Told { leak, what }))
        });
    for cause in causes(found) {
        report(&cause, out);
    }
    check_given(cx, out, &|given| known.judge_given(given));
    let texts = texts_of_production(cx, &may_name).into_iter();
    let found = texts.flat_map(|text| {
        let leaks = known.leaks(&text).into_iter();
        let said = leaks.map(|leak| {
            let what = Shared::of(&text, &leak);
            (text.clone(), Told { leak, what })
        });
        said.collect::<Vec<_>>()
    });
    for cause in causes(found) {
        report(&cause, out);
    }
}

/// More addresses of one text are not said.
const MOST_LEAKS: usize = 20;

/// What is said of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Leak {
    /// The word as it is written.
    word: String,
    /// The part of the value that holds it: the whole, or a host.
    part: String,
    says_environment: bool,
    is_in_text: bool,
    confidence: Confidence,
}

/// What is said of a value, and what it shares with others of one cause.
#[derive(Debug, Clone)]
struct Told {
    leak: Leak,
    what: Shared,
}

/// What values of one cause share.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Shared {
    /// They say the same.
    Value(Leak),
    /// They are defaults of one map, which production does not override: the map is what to write.
    Defaults { map: Option<Path>, word: String },
    /// They are defaults of one name that say which environment it is: one for each of several services.
    Said { name: String, word: String },
}

impl Shared {
    fn of(setting: &Setting<'_, '_>, leak: &Leak) -> Shared {
        match setting.is_default() {
            true if leak.says_environment => Shared::Said {
                name: setting.name.clone(),
                word: leak.word.clone(),
            },
            true => Shared::Defaults {
                map: setting.path().parent(),
                word: leak.word.clone(),
            },
            false => Shared::Value(leak.clone()),
        }
    }
}

impl PartialEq for Told {
    fn eq(&self, other: &Told) -> bool {
        self.what == other.what
    }
}

impl Eq for Told {}

impl std::hash::Hash for Told {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.what.hash(state);
    }
}

fn report(cause: &Cause<'_, '_, Told>, out: &mut Reporter<'_>) {
    let (path, leak) = (cause.first.path(), &cause.what.leak);
    let message = match leak.says_environment {
        true => text!(
            "`{}` says that the environment is `{}`, but this is {}",
            path,
            Name(&leak.word),
            cause.environments()
        ),
        false => text!(
            "`{}` names `{}` in {}: `{}`",
            path,
            Name(&leak.word),
            cause.environments(),
            Said(&leak.part)
        ),
    };
    let help = text!("give {} its own value", cause.environments());
    let mut finding = cause.finding(out, message).help(help);
    // Inside of a text, the line that names it is the one to edit.
    if leak.is_in_text
        && let Some(place) = cause.first.place_of(&leak.part)
        && place.source.path == finding.location.source.path
    {
        finding.location = place;
    }
    out.push(finding.confidence(leak.confidence));
}

/// The environments that values of production must not name.
struct Known<'c> {
    /// The stages of the workspace's environments outside of production.
    stages: Vec<&'static str>,
    /// Names and aliases that belong to no known stage.
    names: Vec<&'c str>,
    /// The words of production's own names.
    own: Vec<String>,
}

impl<'c> Known<'c> {
    fn of(cx: &'c AppContext<'_>) -> Known<'c> {
        let mut known = Known {
            stages: Vec::new(),
            names: Vec::new(),
            own: Vec::new(),
        };
        for environment in &cx.workspace.environments {
            for name in environment.names() {
                let mut named = mentions(name).peekable();
                if environment.tier == Tier::Production {
                    known.own.extend(words_of(name).iter().cloned());
                } else if named.peek().is_some() {
                    known.stages.extend(named.map(|mention| mention.stage));
                } else if environment.tier != Tier::Preview && name.len() > 2 {
                    known.names.push(name);
                }
            }
        }
        known
    }

    /// The first word of a text that names an environment of the workspace outside of production.
    fn mentioned<'t>(&self, text: &'t str) -> Option<&'t str> {
        let of_stage = |mention: &Mention<'t>| {
            mention.tier != Tier::Production && self.stages.contains(&mention.stage)
        };
        let by_stage = mentions(text).find(of_stage).map(|mention| mention.word);
        by_stage.or_else(|| self.named(text))
    }

    /// The first word of a text that is the name of an environment of no known stage.
    fn named<'t>(&self, text: &'t str) -> Option<&'t str> {
        if self.names.is_empty() {
            return None;
        }
        let mut words = text.split(|char: char| !char.is_ascii_alphanumeric());
        words.find(|word| {
            let mut names = self.names.iter();
            names.any(|name| name.eq_ignore_ascii_case(word))
        })
    }

    fn leak(&self, setting: &Setting<'_, '_>) -> Option<Leak> {
        if setting.is_metadata() || is_toleration(setting) || names_production(setting.text) {
            return None;
        }
        let words = words_of(&setting.name);
        if says_test_mode(&words, setting.text) || is_deliberate(&words) {
            return None;
        }
        if let Some(word) = said_environment(setting.text, setting.is_item, &words) {
            return Some(Leak {
                word: word.to_owned(),
                part: word.to_owned(),
                says_environment: true,
                is_in_text: false,
                confidence: Confidence::High,
            });
        }
        let (word, part) = self.named_in(setting.text, &words)?;
        if setting.is_item && setting.before_production().next().is_none() {
            return None;
        }
        Some(Leak {
            word: word.to_owned(),
            part: part.to_owned(),
            says_environment: false,
            is_in_text: false,
            confidence: confidence(setting, word, part)?,
        })
    }

    /// The word of a value that names another environment, and the part of the value that holds it.
    fn named_in<'t>(&self, text: &'t str, words: &[String]) -> Option<(&'t str, &'t str)> {
        let is_tag = words.last().is_some_and(|last| last == "tag");
        if is_tag && super::moving_tag::is_moving(text) {
            return None;
        }
        let host = candidate(text, words)?;
        let host = (without_domain(host, is_public(text, words)), host);
        let database = database_of(text).map(|name| (name, name));
        let mut parts = std::iter::once(host).chain(database);
        parts.find_map(|(searched, part)| {
            let word = self.mentioned(searched)?;
            let is_own = self.own.iter().any(|own| own.eq_ignore_ascii_case(word));
            (!is_own).then_some((word, part))
        })
    }

    /// What the place gives which deploys to production, where other environments are given something else.
    fn judge_given(&self, given: &GivenValue<'_>) -> Option<Verdict> {
        let text = given.text;
        let words = words_of(given.name);
        let mut others = given.elsewhere.iter();
        let is_same = !given.elsewhere.is_empty() && others.all(|(_, other)| *other == text);
        if is_same || names_production(text) || says_test_mode(&words, text) {
            return None;
        }
        let (wrong, confidence) = match said_environment(text, false, &words) {
            Some(word) => (
                text!("says that the environment is `{}`", Name(word)),
                Confidence::High,
            ),
            None => {
                let (word, part) = self.named_in(text, &words)?;
                let mut others = given.elsewhere.iter();
                let is_theirs = others.any(|(other, text)| {
                    let mut names = other.environment.names();
                    text.contains(part) && names.any(|name| is_one(name, word))
                });
                let confidence = match is_theirs {
                    true => Confidence::High,
                    false => Confidence::Medium,
                };
                let wrong = text!("names `{}` (`{}`)", Name(word), Said(part));
                (wrong, confidence)
            }
        };
        Some(Verdict {
            wrong,
            rest: Text::new(),
            help: text!("give {} its own value", Name(given.environment)),
            severity: Severity::Warning,
            confidence,
        })
    }

    /// What a line of a text says the environment is: of the name of a cluster, only where the environment that it names has
    /// the line, too.
    fn of_stated(&self, setting: &Setting<'_, '_>, stated: &Stated<'_>) -> Option<Leak> {
        let word = self.mentioned(stated.word)?;
        let others = || setting.before_production();
        let is_theirs = |other: &Other<'_, '_>| {
            let mut names = other.values.environment.names();
            let has_line = other
                .tree
                .as_str()
                .is_some_and(|text| text.contains(stated.line));
            has_line && names.any(|name| is_one(name, word))
        };
        let is_copied = others().any(|other| is_theirs(&other));
        (is_copied || stated.says_environment).then(|| Leak {
            word: word.to_owned(),
            part: stated.line.to_owned(),
            says_environment: stated.says_environment,
            is_in_text: true,
            confidence: Confidence::Medium,
        })
    }

    /// The addresses in a text that name another environment, and the line that says which one it is. Of all else that a text
    /// says, nobody knows what it means.
    fn leaks(&self, setting: &Setting<'_, '_>) -> Vec<Leak> {
        let mut found: Vec<Leak> = Vec::new();
        if setting.is_metadata() {
            return found;
        }
        found.extend(stated_in(setting.text).and_then(|stated| self.of_stated(setting, &stated)));
        for part in hosts(setting.text) {
            let is_own = |word: &str| self.own.iter().any(|own| own.eq_ignore_ascii_case(word));
            let word = self.mentioned(part).filter(|word| !is_own(word));
            let Some(word) = word.filter(|_| !names_production(part)) else {
                continue;
            };
            if found.iter().any(|known| known.part == part) {
                continue;
            }
            found.extend(confidence(setting, word, part).map(|confidence| Leak {
                word: word.to_owned(),
                part: part.to_owned(),
                says_environment: false,
                is_in_text: true,
                confidence: confidence.min(Confidence::Medium),
            }));
            if found.len() >= MOST_LEAKS {
                break;
            }
        }
        found
    }
}

/// Whether a key says that requests go elsewhere, too: what production answers is sent to another environment to be compared.
fn is_deliberate(words: &[String]) -> bool {
    const WORDS: [&str; 5] = ["canary", "mirror", "mirrored", "replay", "shadow"];
    words.iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Whether a value names what nodes are tainted with. Pods that tolerate it may run there, besides everywhere else.
fn is_toleration(setting: &Setting<'_, '_>) -> bool {
    let mut segments = setting.path().segments().iter();
    segments.any(
        |segment| matches!(segment, Segment::Key(key) if plain_key(key).ends_with("tolerations")),
    )
}

fn names_production(text: &str) -> bool {
    mentions(text).any(|mention| mention.tier == Tier::Production)
}
