//! `production/other-environment`.

use envlint_yaml::{Path, Segment};

use super::given::{GivenValue, Verdict, check_given};
use super::hosts::{hosts, is_public, without_domain};
use super::stated::{candidate, database_of, said_environment};
use super::test_mode::says_test_mode;
use crate::masking::{Name, Said, Text, text};
use crate::naming::{Mention, Tier, mentions};
use crate::rules::setting::{Cause, Setting, causes, of_production, texts_of_production};
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
    /// In longer texts (a file of the program, a script, a template) hosts with a domain are looked for, line by line.
    ///
    /// Defaults of the app's own chart count where production does not override them. A name that is the same in all
    /// environments is none of another one, so it is ignored, unless it is in an address and another address of the same map
    /// names each environment's own, or is that of a database, a bucket or a queue (`orders_dev`) and the environment that it
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
        if is_tag && super::latest_tag::is_moving(text) {
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

    /// The addresses in a text that name another environment. A text says many things, so that only hosts count.
    fn leaks(&self, setting: &Setting<'_, '_>) -> Vec<Leak> {
        let mut found: Vec<Leak> = Vec::new();
        if setting.is_metadata() {
            return found;
        }
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

/// How sure it is that a part of a value is of another environment; none where all environments have it, unless it was
/// forgotten in all of them.
fn confidence(setting: &Setting<'_, '_>, word: &str, part: &str) -> Option<Confidence> {
    let others: Vec<_> = setting.before_production().collect();
    let has_part = |text: Option<&str>| text.is_some_and(|text| text.contains(part));
    let same = others.iter().filter(|other| has_part(other.tree.as_str()));
    let same: Vec<bool> = same
        .map(|other| {
            other
                .values
                .environment
                .names()
                .any(|name| is_one(name, word))
        })
        .collect();
    // Where the environments before name it, too, and one of them is another one, the word is part of a name.
    let is_named = |text: Option<&str>| text.is_some_and(|text| has_word(text, word));
    let of_others = others.iter().any(|other| {
        let mut names = other.values.environment.names();
        !names.any(|name| is_one(name, word))
    });
    let is_name = of_others && others.iter().all(|other| is_named(other.tree.as_str()));
    match (same.as_slice(), others.len()) {
        (same, all) if all > 0 && same.len() == all => {
            forgotten(setting, word).or_else(|| of_data(setting, [word, part], same))
        }
        _ if is_name => None,
        (same, _) if same.contains(&true) => Some(Confidence::High),
        _ => Some(Confidence::Medium),
    }
}

/// How sure it is that data which all environments have under one name are those of one of them: `orders_dev`, where dev has
/// the same. Of another name than the whole of one nobody knows.
fn of_data(
    setting: &Setting<'_, '_>,
    [word, part]: [&str; 2],
    same: &[bool],
) -> Option<Confidence> {
    const DATA: [&str; 7] = [
        "bucket",
        "database",
        "databases",
        "db",
        "keyspace",
        "queue",
        "topic",
    ];
    let words = words_of(&setting.name);
    let is_data = words.iter().any(|word| DATA.contains(&word.as_str()))
        || database_of(setting.text) == Some(part);
    let joint = |char: char| matches!(char, '-' | '_' | '.');
    let at_end = part
        .strip_suffix(word)
        .is_some_and(|rest| rest.ends_with(joint));
    let at_start = part
        .strip_prefix(word)
        .is_some_and(|rest| rest.starts_with(joint));
    (is_data && same.contains(&true) && (at_end || at_start)).then_some(Confidence::Medium)
}

/// How sure it is that an address which all environments have was forgotten: one next to it names the environment where it is
/// deployed, and another one in production.
fn forgotten(setting: &Setting<'_, '_>, word: &str) -> Option<Confidence> {
    if !setting.text.contains("://") && !is_host(setting.text) {
        return None;
    }
    let mut others = setting.before_production();
    let there = others.find(|other| {
        let mut names = other.values.environment.names();
        names.any(|name| is_one(name, word))
    })?;
    let above = setting.path().parent()?;
    let there = there.values.effective.as_ref()?.at(&above)?;
    let names_it = |text: &str| mentions(text).any(|mention| is_one(mention.word, word));
    let here = setting.section()?;
    let mut beside = here.entries().into_iter().filter_map(|(key, tree)| {
        let here = tree.as_str().filter(|text| text.contains("://"))?;
        let other = there.get(key)?;
        Some((here, other.as_str()?))
    });
    let is_forgotten = beside.any(|(here, there)| names_it(there) && !names_it(here));
    is_forgotten.then_some(Confidence::Medium)
}

/// Whether a text is the full name of a host: `grafana.dev.shop.example`.
fn is_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let is_label = |label: &&str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_part)
    };
    let is_named = labels
        .last()
        .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_alphabetic()));
    labels.len() >= 3 && is_named && labels.iter().all(is_label)
}

/// Whether a text has a word, between marks.
fn has_word(text: &str, word: &str) -> bool {
    let mut words = text.split(|char: char| !char.is_ascii_alphanumeric());
    words.any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether two names are of one stage, or the same.
fn is_one(name: &str, word: &str) -> bool {
    let stage = |text: &str| mentions(text).next().map(|mention| mention.stage);
    name.eq_ignore_ascii_case(word) || (stage(word).is_some() && stage(name) == stage(word))
}

fn names_production(text: &str) -> bool {
    mentions(text).any(|mention| mention.tier == Tier::Production)
}
