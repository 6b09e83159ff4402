//! Charts in archives, and directories that try to lead the loader astray.

use std::path::{Path, PathBuf};

use envlint_helm::{Chart, LoadOptions, Options, Together, Values, render};
use flate2::Compression;
use flate2::write::GzEncoder;

/// An archive with these entries; the names are written as they are, which `tar`'s own writer would refuse.
fn archive(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, kind, data) in entries {
        let mut header = tar::Header::new_gnu();
        let field = &mut header.as_old_mut().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        if kind.is_symlink() {
            header.set_link_name("/etc/passwd").expect("a link");
        }
        if let Some(gnu) = header.as_gnu_mut().filter(|_| kind.is_gnu_sparse()) {
            gnu.realsize = *b"00010000000\0";
            gnu.sparse[0].offset = gnu.realsize;
            gnu.sparse[0].numbytes = *b"00000000000\0";
        }
        header.set_cksum();
        builder.append(&header, *data).expect("an entry");
    }
    builder
        .into_inner()
        .expect("a tar")
        .finish()
        .expect("a gzip")
}

const FILE: tar::EntryType = tar::EntryType::Regular;
const MANIFEST: &[u8] = b"apiVersion: v2\nname: demo\nversion: 1.0.0\n";

fn write(data: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("demo-1.0.0.tgz");
    std::fs::write(&path, data).expect("a file");
    (dir, path)
}

fn refusal(data: &[u8]) -> String {
    let (dir, path) = write(data);
    let error = Chart::load(&path).expect_err("refused").to_string();
    error.replace(&dir.path().display().to_string(), "")
}

#[test]
fn an_archive_is_a_chart_like_its_directory() {
    let leaf = archive(&[
        (
            "leaf/Chart.yaml",
            FILE,
            b"apiVersion: v2\nname: leaf\nversion: 1.0.0\n",
        ),
        (
            "leaf/templates/leaf.yaml",
            FILE,
            b"leaf: {{ .Values.global.x }}\n",
        ),
    ]);
    let (_dir, path) = write(&archive(&[
        ("demo/", tar::EntryType::Directory, b""),
        ("demo/Chart.yaml", FILE, MANIFEST),
        ("demo/values.yaml", FILE, b"\xef\xbb\xbfglobal: {x: 1}\n"),
        (
            "demo/templates/a.yaml",
            FILE,
            b"a: {{ .Values.global.x }} {{ .Files.Get \"x.txt\" }}\n",
        ),
        ("demo/x.txt", FILE, b"text"),
        ("demo/charts/leaf-1.0.0.tgz", FILE, &leaf),
    ]));
    let chart = Chart::load(&path).expect("a chart");
    let rendered = render(&chart, &Values::default(), &Options::default()).expect("manifests");
    let texts: Vec<&str> = rendered.manifests.iter().map(|m| m.text.as_str()).collect();
    assert_eq!(texts, ["leaf: 1\n", "a: 1 text\n"]);
}

#[test]
fn archives_in_archives_inflate_to_so_much_together() {
    let zeros = vec![0; 7_900_000];
    let leaf = archive(&[
        (
            "leaf/Chart.yaml",
            FILE,
            b"apiVersion: v2\nname: leaf\nversion: 1.0.0\n",
        ),
        ("leaf/zeros", FILE, &zeros),
    ]);
    let within = |leaves: usize| {
        let names: Vec<String> = (0..leaves)
            .map(|number| format!("demo/charts/leaf{number}.tgz"))
            .collect();
        let leaves = names
            .iter()
            .map(|name| (name.as_str(), FILE, leaf.as_slice()));
        let manifest = [("demo/Chart.yaml", FILE, MANIFEST)];
        archive(&manifest.into_iter().chain(leaves).collect::<Vec<_>>())
    };
    let (_dir, path) = write(&within(3));
    assert!(Chart::load(&path).is_ok());
    assert_eq!(
        refusal(&within(27)),
        "the files of the chart, those in archives included, are more than 209715200 bytes together"
    );
}

#[test]
fn archives_that_lead_astray_are_refused() {
    let with = |name: &str, kind: tar::EntryType, data: &[u8]| {
        refusal(&archive(&[
            ("demo/Chart.yaml", FILE, MANIFEST),
            (name, kind, data),
        ]))
    };
    let cases = [
        (
            with("demo/../../x", FILE, b""),
            "chart illegally references parent directory",
        ),
        (
            with("demo//etc/x", FILE, b""),
            "chart illegally contains absolute paths",
        ),
        (
            with("loose", FILE, b""),
            "chart illegally contains content outside the base directory: \"loose\"",
        ),
        (
            with("demo/c:/x", FILE, b""),
            "chart contains illegally named files",
        ),
        (
            with("demo/link", tar::EntryType::Symlink, b""),
            "chart archive contains \"demo/link\", which is a link or a device and not a file",
        ),
        (
            with("demo/link", tar::EntryType::Link, b""),
            "chart archive contains \"demo/link\", which is a link or a device and not a file",
        ),
        (
            with("demo/holes", tar::EntryType::GNUSparse, b""),
            "chart archive contains \"demo/holes\", which is a sparse file; pack the chart with `helm package`",
        ),
        (
            with("demo/./Chart.yaml", FILE, MANIFEST),
            "chart archive contains \"Chart.yaml\" twice",
        ),
    ];
    for (found, reason) in cases {
        assert_eq!(
            found,
            format!("unable to load chart archive /demo-1.0.0.tgz: {reason}")
        );
    }
}

#[test]
fn extended_headers_hide_nothing() {
    let with = |kind: tar::EntryType, header: &[u8]| {
        refusal(&archive(&[
            ("demo/Chart.yaml", FILE, MANIFEST),
            ("././@Header", kind, header),
            ("demo/x", FILE, b"text"),
        ]))
    };
    let holes = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n";
    let holes = with(tar::EntryType::XHeader, holes);
    assert!(holes.contains("\"demo/x\", which is a sparse file"));
    let long = |length: usize| format!("demo/{}", "a/".repeat(length / 2));
    let name = format!("{}x", long(5_000));
    let found = with(tar::EntryType::GNULongName, name.as_bytes());
    assert!(found.contains("contains a name of more than 4096 bytes"));
    // What no file holds counts as well: names, and all that is skipped.
    let name = long(9 << 20);
    let found = with(tar::EntryType::GNULongName, name.as_bytes());
    assert!(found.contains("inflates to more than 250 times its size"));
    let found = with(tar::EntryType::XGlobalHeader, name.as_bytes());
    assert!(found.contains("inflates to more than 250 times its size"));
}

#[test]
fn charts_take_from_what_they_share() {
    let values = "a: [1, 2, 3]\n".as_bytes();
    let packed = archive(&[
        ("demo/Chart.yaml", FILE, MANIFEST),
        ("demo/values.yaml", FILE, values),
    ]);
    let (_dir, path) = write(&packed);
    let loaded = |together: &Together| {
        let options = LoadOptions {
            together: Some(together.clone()),
            ..LoadOptions::default()
        };
        Chart::load_with(&path, &options)
    };
    let together = Together::of(10_000, 100);
    assert!(loaded(&together).is_ok() && !together.is_spent());
    let copy = together.rest();
    while loaded(&together).is_ok() {}
    assert!(together.is_spent() && !copy.is_spent());
    let few = loaded(&Together::of(10_000, 2)).expect_err("refused");
    assert!(few.is_limit() && few.to_string().contains("keys and values together"));
    let small = loaded(&Together::of(1_000, 100)).expect_err("refused");
    assert!(small.is_limit() && small.to_string().contains("bytes together"));
}

#[test]
fn a_chart_names_so_many_dependencies() {
    let named = |count: usize| {
        let names = (0..count).map(|number| format!("- {{name: d{number}}}\n"));
        let manifest = String::from_utf8_lossy(MANIFEST).into_owned() + "dependencies:\n";
        let manifest = names.fold(manifest, |all, name| all + &name);
        let files = vec![("Chart.yaml".to_owned(), manifest.into_bytes())];
        Chart::from_files(files).map(|chart| chart.missing().len())
    };
    assert_eq!(named(1_000), Ok(1_000));
    let error = named(1_001).expect_err("refused");
    assert!(error.is_limit(), "{error}");
}

#[test]
fn bombs_end_early() {
    let zeros = vec![0; 4 << 20];
    let names: Vec<String> = (0..4).map(|i| format!("demo/z{i}")).collect();
    let mut entries: Vec<(&str, tar::EntryType, &[u8])> = vec![("demo/Chart.yaml", FILE, MANIFEST)];
    entries.extend(
        names
            .iter()
            .map(|name| (name.as_str(), FILE, zeros.as_slice())),
    );
    assert!(refusal(&archive(&entries)).contains("inflates to more than 250 times its size"));
}

#[test]
fn what_is_no_archive_is_named() {
    assert_eq!(
        refusal(b"hello"),
        "file '/demo-1.0.0.tgz' does not appear to be a gzipped archive; got 'application/octet-stream'"
    );
    let text = "hello world\n".repeat(100);
    assert_eq!(
        refusal(text.as_bytes()),
        "file '/demo-1.0.0.tgz' does not appear to be a gzipped archive; got 'text/plain; charset=utf-8'"
    );
    assert_eq!(
        refusal(b"\x1f\x8b\x08broken"),
        "file '/demo-1.0.0.tgz' does not appear to be a valid chart file (details: gzip: invalid header)"
    );
    let mut cut = archive(&[("demo/Chart.yaml", FILE, MANIFEST)]);
    cut.truncate(cut.len() / 2);
    assert!(refusal(&cut).contains("unable to load chart archive"));
    assert_eq!(
        refusal(&archive(&[("demo/x", FILE, b"")])),
        "unable to detect chart version, no Chart.yaml found"
    );
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::symlink;

    fn chart(root: &Path) -> PathBuf {
        let chart = root.join("demo");
        std::fs::create_dir_all(chart.join("templates")).expect("a directory");
        std::fs::write(chart.join("Chart.yaml"), MANIFEST).expect("a file");
        chart
    }

    #[test]
    fn links_inside_the_chart_are_followed() {
        let dir = tempfile::tempdir().expect("a directory");
        let chart = chart(dir.path());
        std::fs::create_dir(chart.join("shared")).expect("a directory");
        std::fs::write(chart.join("shared/a.yaml"), "a: 1\n").expect("a file");
        symlink("../shared", chart.join("templates/linked")).expect("a link");
        let loaded = Chart::load(&chart).expect("a chart");
        let names: Vec<&str> = loaded.templates().iter().map(|f| f.name()).collect();
        assert_eq!(names, ["templates/linked/a.yaml"]);
    }

    #[test]
    fn links_out_of_the_chart_need_permission() {
        let dir = tempfile::tempdir().expect("a directory");
        let chart = chart(dir.path());
        std::fs::write(dir.path().join("secret"), "s: 1\n").expect("a file");
        symlink("../../secret", chart.join("templates/a.yaml")).expect("a link");
        let error = Chart::load(&chart).expect_err("refused").to_string();
        assert!(
            error.starts_with("symbolic link \"templates/a.yaml\" leads outside of the chart"),
            "{error}"
        );
        let options = LoadOptions {
            links_within: Some(dir.path().to_owned()),
            ..LoadOptions::default()
        };
        assert_eq!(
            Chart::load_with(&chart, &options)
                .expect("allowed")
                .templates()
                .len(),
            1
        );
        std::fs::write(chart.join(".helmignore"), "templates/a.yaml\n").expect("a file");
        assert_eq!(Chart::load(&chart).expect("ignored").templates().len(), 0);
    }

    #[test]
    fn what_is_read_first_is_no_way_out_either() {
        for (name, target) in [
            ("Chart.yaml", "../other.yaml"),
            (".helmignore", "/dev/zero"),
        ] {
            let dir = tempfile::tempdir().expect("a directory");
            let chart = chart(dir.path());
            std::fs::write(dir.path().join("other.yaml"), MANIFEST).expect("a file");
            let _ = std::fs::remove_file(chart.join(name));
            symlink(target, chart.join(name)).expect("a link");
            let error = Chart::load(&chart).expect_err("refused").to_string();
            let expected = format!("symbolic link \"{name}\" leads outside of the chart");
            assert!(error.starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn loops_and_pipes_end() {
        let dir = tempfile::tempdir().expect("a directory");
        let chart = chart(dir.path());
        symlink("..", chart.join("templates/up")).expect("a link");
        let error = Chart::load(&chart).expect_err("a loop").to_string();
        assert!(
            error.contains("nested more than 64 levels deep") || error.contains("too many"),
            "{error}"
        );
        let broken = super::links::chart(&dir.path().join("other"));
        symlink("nowhere", broken.join("templates/a.yaml")).expect("a link");
        let error = Chart::load(&broken).expect_err("broken").to_string();
        assert!(error.starts_with("error evaluating symlink"), "{error}");
    }
}

#[test]
fn files_in_memory_make_a_chart() {
    let files = vec![
        ("Chart.yaml".to_owned(), MANIFEST.to_vec()),
        (
            "templates/a.yaml".to_owned(),
            b"a: {{ .Release.Name }}\n".to_vec(),
        ),
    ];
    let chart = Chart::from_files(files).expect("a chart");
    let rendered = render(&chart, &Values::default(), &Options::default()).expect("manifests");
    assert_eq!(
        rendered.manifests.first().map(|m| m.text.as_str()),
        Some("a: release-name\n")
    );
}
