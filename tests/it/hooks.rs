//! What the pre-commit framework and the action run: the released program, with names of files that are never options.

use envlint_yaml::{Document, Path};

use crate::support::Sandbox;

#[test]
fn what_follows_two_dashes_is_a_file_whatever_it_is_called() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: 1\n"),
        ("--output=values-prod.yaml", "a: 1\n"),
        ("--fix", "a: 1\n"),
    ]);
    let ran = sandbox.run(&["check", "--", "--output=values-prod.yaml", "--fix"]);
    let skipped = "note: --output=values-prod.yaml belongs to no app, so it was only searched for secrets\nnote: --fix belongs to no app, so it was skipped\n";
    assert_eq!((ran.status, ran.stderr.as_str()), (0, skipped));
    assert!(!sandbox.root().join("values-prod.yaml").exists());
    let ran = sandbox.run(&["check", "--", "--nowhere"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("cannot read --nowhere"),
        "{}",
        ran.stderr
    );
}

#[test]
fn every_hook_ends_its_options() {
    let own = include_str!("../../.pre-commit-hooks.yaml");
    let given = include_str!("../../templates/hooks/pre-commit-config.yaml");
    for (text, hooks) in [(own, "."), (given, "repos[0].hooks")] {
        let document = Document::parse(text);
        let hooks: Path = hooks.parse().expect("a path");
        let hooks = document.get(&hooks).and_then(|hooks| hooks.as_sequence());
        let hooks = hooks.expect("a list of hooks");
        assert!(!hooks.is_empty());
        for hook in hooks {
            let entry = hook.get(&Path::root().key("entry"));
            let entry = entry.and_then(|entry| entry.as_str()).expect("an entry");
            assert!(entry.ends_with(" --"), "{entry}");
        }
    }
}

#[test]
fn hooks_run_for_every_file_that_a_check_reads() {
    let own = include_str!("../../.pre-commit-hooks.yaml");
    let given = include_str!("../../templates/hooks/pre-commit-config.yaml");
    for text in [own, given] {
        let line = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("files: "));
        let form = line.expect("files").trim_matches('\'');
        let form = regex::Regex::new(form).expect("a regular expression");
        for path in [
            "values-dev.yaml",
            "a/values-dev.yaml.gotmpl",
            "chart/templates/_x.tpl",
            "a/Makefile",
            "GNUmakefile",
            "justfile",
            "deploy.sh",
            "ci/Jenkinsfile.prod",
        ] {
            assert!(form.is_match(path), "{path}");
        }
        assert!(!form.is_match("README.md"));
    }
}

/// `bin/envlint`, with a `curl` that takes files from a folder.
#[cfg(all(
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod released {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::process::{Command, Output};

    use sha2::{Digest, Sha256};

    use crate::support::Sandbox;

    const VERSION: &str = env!("CARGO_PKG_VERSION");

    const CURL: &str = "#!/bin/sh\n\
        while [ $# -gt 1 ]; do if [ \"$1\" = --output ]; then file=$2; fi; shift; done\n\
        echo \"$1\" >>\"$RELEASE/asked\"\n\
        cp \"$RELEASE/${1##*/}\" \"$file\"\n";

    const PROGRAM: &str = "#!/bin/sh\nprintf '<%s>' \"$@\"\nexit 1\n";

    fn name() -> String {
        let system = if cfg!(target_os = "linux") {
            "unknown-linux-musl"
        } else {
            "apple-darwin"
        };
        format!("envlint-{VERSION}-{}-{system}", std::env::consts::ARCH)
    }

    fn executable(sandbox: &Sandbox, path: &str, text: &str) {
        sandbox.write(path, text);
        let all = fs::Permissions::from_mode(0o755);
        fs::set_permissions(sandbox.root().join(path), all).expect("the file is there");
    }

    /// A checkout, and a release of its version; `sums` makes the text of `SHA256SUMS` of the archive's sum.
    fn checkout(sums: impl Fn(&str) -> String) -> Sandbox {
        let sandbox = Sandbox::empty();
        let manifest = include_str!("../../Cargo.toml");
        sandbox.write("checkout/Cargo.toml", manifest);
        executable(
            &sandbox,
            "checkout/bin/envlint",
            include_str!("../../bin/envlint"),
        );
        executable(&sandbox, "tools/curl", CURL);
        let name = name();
        executable(&sandbox, &format!("release/{name}/envlint"), PROGRAM);
        let archive = format!("{name}.tar.gz");
        let packed = Command::new("tar")
            .args(["-czf", &archive, &name])
            .current_dir(sandbox.root().join("release"))
            .status();
        assert!(packed.expect("tar runs").success());
        let bytes = fs::read(sandbox.root().join("release").join(&archive));
        let sum: String = Sha256::digest(bytes.expect("the archive"))
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        sandbox.write("release/SHA256SUMS", sums(&sum));
        sandbox
    }

    fn run(sandbox: &Sandbox) -> Output {
        let root = sandbox.root();
        let path = std::env::var("PATH").expect("a path");
        Command::new(root.join("checkout/bin/envlint"))
            .args(["check", "--", "a b", "*"])
            .env("PATH", format!("{}:{path}", root.join("tools").display()))
            .env("RELEASE", root.join("release"))
            .output()
            .expect("the script runs")
    }

    fn refused(sandbox: &Sandbox, reason: &str) {
        let ran = run(sandbox);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!((ran.status.code(), &*ran.stdout), (Some(2), &b""[..]));
        assert!(said.contains(reason) && said.contains("help: "), "{said}");
        let left = fs::read_dir(sandbox.root().join("checkout/target/released"));
        assert_eq!(left.expect("the folder").count(), 0);
    }

    #[test]
    fn the_program_of_the_version_is_fetched_once_and_gets_the_arguments() {
        let sandbox = checkout(|sum| format!("{:064}  other\n{sum}  {}.tar.gz\n", 0, name()));
        for _ in 0..2 {
            let ran = run(&sandbox);
            let said = String::from_utf8_lossy(&ran.stdout);
            assert_eq!(
                (ran.status.code(), &*said),
                (Some(1), "<check><--><a b><*>")
            );
        }
        let release = format!("https://github.com/envlint/envlint/releases/download/v{VERSION}");
        let asked = fs::read_to_string(sandbox.root().join("release/asked"));
        assert_eq!(
            asked.expect("what was asked for"),
            format!("{release}/SHA256SUMS\n{release}/{}.tar.gz\n", name())
        );
    }

    #[test]
    fn a_program_with_another_check_sum_is_not_run() {
        let reason = "is not what SHA256SUMS of the release says";
        refused(
            &checkout(|_| format!("{:064}  {}.tar.gz\n", 0, name())),
            reason,
        );
        refused(&checkout(|sum| format!("{sum}  another.tar.gz\n")), reason);
        refused(&checkout(|_| String::new()), reason);
    }

    #[test]
    fn a_version_that_is_not_released_is_said_to_be_none() {
        let sandbox = checkout(str::to_owned);
        fs::remove_file(sandbox.root().join("release/SHA256SUMS")).expect("the file is there");
        refused(&sandbox, "pin a version that is released");
    }
}
