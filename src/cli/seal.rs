//! `envlint seal`.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use envlint_yaml::{Document, Path as ValuePath, Value};

use super::{Context, Failure, Status, select};
use crate::secrets::inventory::Inventory;
use crate::secrets::sealing::{self, Scope};
use crate::source::{Location, nearest};
use crate::source::{Problem, Source, write};
use crate::workspace::{App, Workspace};

/// Seals a secret for the Sealed Secrets controller of an environment, offline, and puts it into the values file.
///
/// The secret is read from standard input. One line break at its end is taken off, since an `echo` adds one; a remark
/// says so.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The app. Default: the only app of the workspace.
    #[arg(value_name = "APP")]
    app: Option<String>,
    /// The certificate of the environment's controller, in PEM.
    #[arg(long, value_name = "FILE")]
    cert: PathBuf,
    /// The environment.
    #[arg(long = "env", value_name = "NAME")]
    environment: String,
    /// The secret, as the inventory names it.
    #[arg(long, value_name = "NAME")]
    secret: String,
    /// The key, as the inventory names it.
    #[arg(long, value_name = "NAME")]
    key: String,
    /// What the sealed value is bound to. Default: the scope that the values file selects, or else strict.
    #[arg(long, value_enum)]
    scope: Option<Scope>,
    /// Keep a line break at the end of the secret.
    #[arg(long)]
    keep_newline: bool,
}

/// The largest secret, in bytes: Kubernetes refuses a Secret of more.
const LARGEST: u64 = 1024 * 1024;

pub fn run(cx: &Context, args: &Args) -> Result<Status, Failure> {
    let workspace = cx.workspace(Path::new("."))?;
    select::environment(&workspace, &args.environment)?;
    let app = app(&workspace, args)?;
    known(&Inventory::of(&workspace, app), args)?;
    let path = app
        .values
        .iter()
        .find(|(environment, _)| *environment.name == *args.environment)
        .map(|(_, path)| path.clone())
        .ok_or_else(|| {
            Problem::without_place(format!(
                "app `{}` has no values file for {}",
                app.name, args.environment
            ))
        })?;
    let source = std::sync::Arc::new(
        Source::read(&workspace.root, &path)
            .map_err(|error| Problem::without_place(format!("cannot read {path}: {error}")))?,
    );
    let scope = scope(&source, args)?;
    let pem = read_certificate(&args.cert).map_err(|error| {
        Problem::without_place(format!("cannot read {}: {error}", args.cert.display()))
    })?;
    let key = sealing::public_key(&pem, SystemTime::now()).map_err(|error| {
        Problem::without_place(format!("{} cannot be used: {error}", args.cert.display()))
    })?;
    let secret = secret(cx, args)?;
    let label = scope.label(&app.namespace(&args.environment), &args.secret);
    let sealed = sealing::seal(&key, &label, &secret)
        .map_err(|error| Problem::without_place(error.to_string()))?;
    let text = with_value(&source, args, &sealed)?;
    write::replace(&workspace.root.join(&path), source.text(), &text)
        .map_err(|error| Problem::without_place(format!("cannot write {path}: {error}")))?;
    cx.output.remark(&format!(
        "sealed `{}` of `{}` into {path} (scope {}, {} bytes)\n",
        args.key,
        args.secret,
        scope.as_str(),
        secret.len()
    ));
    Ok(Status::Clean)
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
        (None, apps) => Err(Problem::without_place(format!(
            "the workspace has {} apps",
            apps.len()
        ))
        .help("say which one: `envlint seal APP …`")),
    }
}

/// A value that nothing renders is not sealed.
fn known(inventory: &Inventory, args: &Args) -> Result<(), Problem> {
    let problem = |what: String, near: Option<&str>| {
        Problem::without_place(what)
            .suggest_or(near, "name it under `secrets:` of envlint.yaml first")
    };
    let Some(secret) = inventory.get(&args.secret) else {
        let names = inventory.secrets.iter().map(|secret| secret.name.as_str());
        return Err(problem(
            format!("the inventory has no secret `{}`", args.secret),
            nearest(&args.secret, names),
        ));
    };
    if secret.key(&args.key).is_none() {
        let names = secret.keys.iter().map(|key| key.name.as_str());
        return Err(problem(
            format!("the secret `{}` has no key `{}`", args.secret, args.key),
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
            Some(scope) => Err(Problem::without_place(format!(
                "the scope of {} is strict, and not {}",
                source.path,
                scope.as_str()
            ))
            .help(format!("set `{path}: {}` there first", scope.as_str()))),
        };
    };
    let place = || Location::new(source, node.span());
    let selected = node.as_str().and_then(Scope::parse).ok_or_else(|| {
        Problem::located(place(), format!("`{path}` is no scope"))
            .help("it is one of strict, namespace-wide, cluster-wide")
    })?;
    match args.scope {
        Some(scope) if scope != selected => Err(Problem::located(
            place(),
            format!(
                "the scope of {} is {}, and not {}",
                source.path,
                selected.as_str(),
                scope.as_str()
            ),
        )
        .help("leave `--scope` out, or change the scope there and seal all its values again")),
        _ => Ok(selected),
    }
}

/// The secret from standard input, without the line break at its end.
fn secret(cx: &Context, args: &Args) -> Result<Vec<u8>, Problem> {
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
            Problem::without_place(format!(
                "cannot read the secret from standard input: {error}"
            ))
        })?;
    if u64::try_from(secret.len()).is_ok_and(|length| length > LARGEST) {
        return Err(Problem::without_place(
            "the secret is larger than 1 MiB, and Kubernetes takes none of that size",
        ));
    }
    if !args.keep_newline && secret.ends_with(b"\n") {
        secret.pop();
        if secret.ends_with(b"\r") {
            secret.pop();
        }
        cx.output.remark("note: the line break at the end of the secret is not a part of it; `--keep-newline` keeps it\n");
    }
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
        Problem::without_place(format!("cannot put `{path}` into {}: {error}", source.path))
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
