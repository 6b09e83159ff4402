//! The repository around a workspace: how far links may lead.

use std::fs;
use std::path::{Path, PathBuf};

use super::read_regular;

/// The root of the git work tree that a directory is in: the nearest directory at or above it that holds a `.git`. It is
/// found without git, and so by nothing that a repository says of itself: git keeps everybody from committing a `.git`, and
/// a folder that only looks like a bare repository is not one here.
pub fn work_tree(directory: &Path) -> Option<PathBuf> {
    directory
        .ancestors()
        .find(|above| is_git(&above.join(".git")))
        .map(Path::to_owned)
}

/// Where links below a workspace's root may lead: the work tree around it, else the root alone. `root` is absolute and
/// without links.
pub fn boundary(root: &Path) -> PathBuf {
    work_tree(root).unwrap_or_else(|| root.to_owned())
}

/// Where a path below a root is on the disk, with all links followed: nothing when one of them leads out of the repository.
/// `root` is absolute and without links.
pub fn place_within(root: &Path, path: &str) -> Option<PathBuf> {
    let place = root.join(path).canonicalize().ok()?;
    place.starts_with(boundary(root)).then_some(place)
}

/// What is in a directory below a root: nothing when a link to it leads out of the repository.
pub fn entries_within(root: &Path, path: &str) -> impl Iterator<Item = fs::DirEntry> + use<> {
    let entries = place_within(root, path).and_then(|place| fs::read_dir(place).ok());
    entries.into_iter().flatten().flatten()
}

/// The name of the repository whose work tree a directory is: that at its remote, which is the same on every machine. Only
/// the configuration is read, as text, and of the address of `origin` only the last part.
pub fn remote_name(work_tree: &Path) -> Option<String> {
    Some(remote_of(work_tree)?.1)
}

/// The same with who owns it there: `envlint` and `envlint` of `git@github.com:envlint/envlint.git`. Nothing where the address
/// does not end in two plain names.
pub fn remote_owner(work_tree: &Path) -> Option<(String, String)> {
    let (owner, name) = remote_of(work_tree)?;
    let is_plain = |name: &str| {
        let is_letter =
            |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
        !name.is_empty() && !name.starts_with(['-', '.']) && name.chars().all(is_letter)
    };
    (is_plain(&owner) && is_plain(&name)).then_some((owner, name))
}

/// The last two parts of the address of `origin`; the first of them may be empty.
fn remote_of(work_tree: &Path) -> Option<(String, String)> {
    let config = read_regular(&work_tree.join(".git/config")).ok()?;
    let config = String::from_utf8(config).ok()?;
    let mut lines = config.lines().map(str::trim);
    lines.find(|line| *line == "[remote \"origin\"]")?;
    let mut own = lines.take_while(|line| !line.starts_with('['));
    let url = own.find_map(|line| line.strip_prefix("url")?.trim_start().strip_prefix('='))?;
    let mut parts = url.trim().trim_end_matches('/').rsplit(['/', ':']);
    let name = parts.next()?;
    let name = name.strip_suffix(".git").unwrap_or(name);
    let owner = parts.next().unwrap_or_default();
    (!name.is_empty()).then(|| (owner.to_owned(), name.to_owned()))
}

/// A directory with a `HEAD`, or the file of a linked work tree or a submodule (git: setup.c, `read_gitfile_gently`).
fn is_git(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => fs::symlink_metadata(path.join("HEAD")).is_ok(),
        Ok(found) => found.is_file(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_who_owns_the_repository() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join(".git")).unwrap();
        let owned = |url: &str| {
            let config = format!("[core]\n[remote \"origin\"]\n\turl = {url}\n");
            fs::write(directory.path().join(".git/config"), config).unwrap();
            remote_owner(directory.path()).map(|(owner, name)| format!("{owner}/{name}"))
        };
        for (url, expected) in [
            ("https://github.com/shop/web.git", Some("shop/web")),
            ("git@github.com:shop/web.git", Some("shop/web")),
            ("https://github.com/$(id)/web", None),
            ("web", None),
        ] {
            assert_eq!(owned(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn the_nearest_repository_bounds_a_workspace() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().join("top");
        let below = top.join("a/b");
        fs::create_dir_all(&below).unwrap();
        assert_eq!(boundary(&below), below);
        fs::create_dir_all(top.join(".git")).unwrap();
        assert_eq!(boundary(&below), below, "a folder without a HEAD");
        fs::write(top.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        assert_eq!(boundary(&below), top);
        fs::write(top.join("a/.git"), "gitdir: ../.git/modules/a\n").unwrap();
        assert_eq!(boundary(&below), top.join("a"));
        // What looks like a bare repository is part of the clone.
        for name in ["HEAD", "config"] {
            fs::write(below.join(name), "").unwrap();
        }
        assert_eq!(boundary(&below), top.join("a"));
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_outside_has_nothing_in_it() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().canonicalize().unwrap();
        let root = top.join("root");
        for name in ["root/inside", "outside"] {
            fs::create_dir_all(top.join(name)).unwrap();
            fs::write(top.join(name).join("a.yaml"), "").unwrap();
        }
        for (target, link) in [("../outside", "out"), ("inside", "in")] {
            std::os::unix::fs::symlink(target, root.join(link)).unwrap();
        }
        let count = |path: &str| entries_within(&root, path).count();
        assert_eq!(
            ["inside", "in", "out", "../outside", "none"].map(count),
            [1, 1, 0, 0, 0]
        );
    }
}
