//! `envlint seal`.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use envlint_yaml::{Document, Path as ValuePath, Value};

use super::{Failure, Invocation, Status, select, workspaces};
use crate::masking::{self, Name, Said, Text, text};
use crate::secrets::inventory::Inventory;
use crate::secrets::sealing::{self, Scope};
use crate::secrets::selection::enabled_in;
use crate::source::{Location, nearest};
use crate::source::{Problem, Source, write};
use crate::workspace::{App, Workspace};

/// Encrypts a secret for the Sealed Secrets controller of an environment, offline, and writes it to the values file.
///
/// The secret is read from standard input. One line break at its end is removed, because `echo` adds one; a note says so.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The app. Default: the only app of the workspace.
    #[arg(value_name = "APP")]
    app: Option<String>,
    /// The certificate of the environment's controller, as a PEM file.
    #[arg(long, value_name = "FILE")]
    cert: PathBuf,
    /// The environment.
    #[arg(long = "env", value_name = "NAME")]
    environment: String,
    /// The secret's name in the inventory (`secrets:` in envlint.yaml).
    #[arg(long, value_name = "NAME")]
    secret: String,
    /// The key's name in the inventory.
    #[arg(long, value_name = "NAME")]
    key: String,
    /// What the sealed value is bound to. Default: the scope in the values file, else strict.
    #[arg(long, value_enum)]
    scope: Option<Scope>,
    /// Keep a line break at the end of the secret.
    #[arg(long)]
    keep_newline: bool,
}

/// The largest secret, in bytes: Kubernetes refuses a Secret of more.
const LARGEST: u64 = 1024 * 1024;

pub(super) fn run(cx: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = workspaces::only(cx)?;
    select::environment(&workspace, &args.environment)?;
    let app = app(&workspace, args)?;
    known(&Inventory::of(&workspace, app), args)?;
    let path = app
        .deployment(&args.environment)
        .and_then(|deployment| deployment.values_file().map(str::to_owned))
        .ok_or_else(|| {
            Problem::without_place(text!(
                "app `{}` has no values file for {}",
                Name(&app.name),
                Name(&args.environment)
            ))
        })?;
    let source = std::sync::Arc::new(Source::read(&workspace.root, &path).map_err(|error| {
        Problem::without_place(text!("cannot read {}: {}", Name(&path), error))
    })?);
    let scope = scope(&source, args)?;
    let pem = read_certificate(&args.cert)
        .map_err(|error| Problem::without_place(text!("cannot read {}: {}", args.cert, error)))?;
    let key = sealing::public_key(&pem, SystemTime::now()).map_err(|error| {
        Problem::without_place(text!("{} cannot be used: {}", args.cert, Said(error)))
    })?;
    let secret = secret(cx, args)?;
    let label = scope.label(&app.namespace(&args.environment), &args.secret);
    let sealed = sealing::seal(&key, &label, &secret)
        .map_err(|error| Problem::without_place(text!("{}", Said(error))))?;
    let text = with_value(&source, args, &sealed)?;
    write::replace(&workspace.root.join(&path), source.text(), &text).map_err(|error| {
        Problem::without_place(text!("cannot write {}: {}", Name(&path), error))
    })?;
    cx.output.remark(text!(
        "sealed `{}` of `{}` into {} (scope {}, {} bytes)\n",
        Name(&args.key),
        Name(&args.secret),
        Name(&path),
        scope.as_str(),
        secret.len()
    ));
    cx.output.remark(unread(&source, args));
    Ok(Status::Clean)
}

/// Says how to turn the backend on, where the environment does not read what was sealed.
fn unread(source: &std::sync::Arc<Source>, args: &Args) -> Text {
    let enabled = enabled_in(source);
    if enabled.contains(&"sealedSecrets") {
        return Text::new();
    }
    let reads = match enabled.is_empty() {
        true => "selects no secret backend".into(),
        false => text!("still reads from {}", Text::listed(&enabled)),
    };
    let off = enabled
        .iter()
        .map(|backend| text!("`secrets.{}.enabled: false`", Name(backend)));
    let settings = std::iter::once("`secrets.sealedSecrets.enabled: true`".into()).chain(off);
    text!(
        "note: {} {}; set {} to switch\n",
        Name(&args.environment),
        reads,
        Text::sentence(settings)
    )
}

/// A certificate may come from a pipe, and is never long.
fn read_certificate(path: &Path) -> std::io::Result<String> {
    const LARGEST: u64 = 1 << 20;
    let mut pem = String::new();
    std::fs::File::open(path)?
        .take(LARGEST)
        .read_to_string(&mut pem)?;
    Ok(pem)
}

fn app<'w>(workspace: &'w Workspace, args: &Args) -> Result<&'w App, Problem> {
    match (&args.app, workspace.apps.as_slice()) {
        (Some(name), _) => select::app(workspace, name),
        (None, [app]) => Ok(app),
        (None, apps) => Err(
            Problem::without_place(text!("the workspace has {} apps", apps.len()))
                .help("name one: `envlint seal APP …`"),
        ),
    }
}

/// A value that nothing renders is not sealed.
fn known(inventory: &Inventory, args: &Args) -> Result<(), Problem> {
    let problem = |what: Text, near: Option<&str>| {
        Problem::without_place(what)
            .suggest_or(near, "add it under `secrets:` in envlint.yaml first")
    };
    let Some(secret) = inventory.get(&args.secret) else {
        let names = inventory.secrets.iter().map(|secret| secret.name.as_str());
        return Err(problem(
            text!("the inventory has no secret `{}`", Name(&args.secret)),
            nearest(&args.secret, names),
        ));
    };
    if secret.key(&args.key).is_none() {
        let names = secret.keys.iter().map(|key| key.name.as_str());
        return Err(problem(
            text!(
                "the secret `{}` has no key `{}`",
                Name(&args.secret),
                Name(&args.key)
            ),
            nearest(&args.key, names),
        ));
    }
    Ok(())
}

/// The scope that the values file selects. Another one on the command line would make a value that the controller cannot
/// open there.
fn scope(source: &std::sync::Arc<Source>, args: &Args) -> Result<Scope, Problem> {
    let path = ValuePath::root()
        .key("secrets")
        .key("sealedSecrets")
        .key("scope");
    let Some(node) = source.document.get(&path).filter(|node| !node.is_null()) else {
        return match args.scope {
            None | Some(Scope::Strict) => Ok(Scope::Strict),
            Some(scope) => Err(Problem::without_place(text!(
                "the scope of {} is strict, and not {}",
                source.name(),
                scope.as_str()
            ))
            .help(text!("set `{}: {}` there first", path, scope.as_str()))),
        };
    };
    let place = || Location::new(source, node.span());
    let selected = node.as_str().and_then(Scope::parse).ok_or_else(|| {
        Problem::located(place(), text!("`{}` is not a scope", path))
            .help("use strict, namespace-wide or cluster-wide")
    })?;
    match args.scope {
        Some(scope) if scope != selected => Err(Problem::located(
            place(),
            text!(
                "the scope of {} is {}, and not {}",
                source.name(),
                selected.as_str(),
                scope.as_str()
            ),
        )
        .help("omit `--scope`, or change the scope there and seal all its values again")),
        _ => Ok(selected),
    }
}

/// The secret from standard input, without the line break at its end.
fn secret(cx: &Invocation, args: &Args) -> Result<Vec<u8>, Problem> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        cx.output
            .remark("reading the secret from standard input; end it with Ctrl-D\n");
    }
    let mut secret = Vec::new();
    stdin
        .lock()
        .take(LARGEST + 1)
        .read_to_end(&mut secret)
        .map_err(|error| {
            Problem::without_place(text!(
                "cannot read the secret from standard input: {}",
                error
            ))
        })?;
    if u64::try_from(secret.len()).is_ok_and(|length| length > LARGEST) {
        return Err(Problem::without_place(
            "the secret is larger than 1 MiB, so Kubernetes refuses it",
        ));
    }
    if !args.keep_newline && secret.ends_with(b"\n") {
        secret.pop();
        if secret.ends_with(b"\r") {
            secret.pop();
        }
        cx.output
            .remark("note: the line break at the end was removed; `--keep-newline` keeps it\n");
    }
    masking::learn_marked(std::iter::once(&*String::from_utf8_lossy(&secret)));
    if secret.is_empty() {
        return Err(
            Problem::without_place("the secret on standard input is empty")
                .help("pipe it in: `printf %s \"$SECRET\" | envlint seal …`"),
        );
    }
    Ok(secret)
}

/// The values file with the sealed value in its place.
fn with_value(source: &Source, args: &Args, sealed: &str) -> Result<String, Problem> {
    let selection = ValuePath::root().key("secrets").key("sealedSecrets");
    let path = selection
        .key("encryptedData")
        .key(&*args.secret)
        .key(&*args.key);
    let cannot = |error: envlint_yaml::EditError| {
        Problem::without_place(text!(
            "cannot put `{}` into {}: {}",
            path,
            source.name(),
            Said(error)
        ))
    };
    let value = Value::from(sealed);
    let edited = envlint_yaml::set(&source.document, &path, &value).map_err(cannot)?;
    // A file without the backend gets its switch too, off: what is enabled is a decision of its own.
    let document: Document = match source.document.get(&selection.key("enabled")) {
        Some(_) => edited.document,
        None => {
            envlint_yaml::set(
                &edited.document,
                &selection.key("enabled"),
                &Value::Bool(false),
            )
            .map_err(cannot)?
            .document
        }
    };
    Ok(document.source().to_owned())
}
