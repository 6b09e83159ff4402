//! Digests of images: which images they are of, and the values that hold these.

use envlint_yaml::{Map, Path, Value};

use crate::manifests::RenderedObject;
use crate::masking::{Name, ObjectName, Said, Text, text};
use crate::source::{Problem, nearest};

/// An image as the pull request built it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The last part of the image's name, or all of it: `web`, `registry.example.com/shop/web`
    pub name: String,
    /// `sha256:` and 64 digits
    pub digest: String,
}

impl Digest {
    /// Reads `NAME=sha256:…`.
    ///
    /// # Errors
    /// When the digest is not whole.
    pub fn read(text: &str) -> Result<Digest, Problem> {
        let Some((name, digest)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(Problem::without_place(text!(
                "`{}` names no image and its digest",
                Said(text)
            ))
            .help("give both: --digest web=sha256:…"));
        };
        let wrong = |what: Text| {
            Problem::without_place(text!("the digest of `{}` {}", ObjectName(name), what))
                .help("give it as the registry has it: `sha256:` and 64 digits from 0 to f")
        };
        let Some(digits) = digest.strip_prefix("sha256:") else {
            return Err(wrong("does not begin with `sha256:`".into()));
        };
        if digits.len() != 64 {
            let length = digits.chars().count();
            return Err(wrong(text!("has {} digits instead of 64", length)));
        }
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if !digits.bytes().all(is_digit) {
            return Err(wrong(
                "has characters that are no digits from 0 to f".into(),
            ));
        }
        Ok(Digest {
            name: name.to_owned(),
            digest: digest.to_owned(),
        })
    }

    /// Whether it is of an image.
    pub(super) fn is_of(&self, image: &Image<'_>) -> bool {
        let rest = image.repository.strip_suffix(self.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    }
}

/// The name of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Image<'i> {
    pub(super) repository: &'i str,
    pub(super) tag: Option<&'i str>,
    pub(super) digest: Option<&'i str>,
}

impl<'i> Image<'i> {
    /// Reads a name as <https://github.com/distribution/reference> has it: the tag follows the last `:` behind the last `/`.
    pub(super) fn read(text: &'i str) -> Image<'i> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        let path = name.rfind('/').map_or(0, |slash| slash + 1);
        let tag = name.get(path..).and_then(|last| last.find(':'));
        let (repository, tag) = match tag {
            Some(at) => (&name[..path + at], name.get(path + at + 1..)),
            None => (name, None),
        };
        Image {
            repository,
            tag,
            digest,
        }
    }

    /// The last part of its name.
    pub(super) fn short(&self) -> &'i str {
        self.repository
            .rsplit('/')
            .next()
            .unwrap_or(self.repository)
    }
}

/// The images of an object's containers.
pub(super) fn images(object: &RenderedObject) -> Vec<String> {
    let containers = object.containers().into_iter();
    let images = containers.filter_map(|container| container.at(&["image"])?.as_str());
    images.map(str::to_owned).collect()
}

/// Digests that are of no image at all.
pub(super) fn unknown(digests: &[Digest], images: &[String]) -> Vec<Problem> {
    let images: Vec<Image<'_>> = images.iter().map(|image| Image::read(image)).collect();
    let is_unknown = |digest: &&Digest| !images.iter().any(|image| digest.is_of(image));
    let mut names: Vec<&str> = images.iter().map(Image::short).collect();
    names.sort_unstable();
    names.dedup();
    let problem = |digest: &Digest| {
        let message = text!("no container has an image `{}`", Name(&digest.name));
        let listed = names.iter().map(|name| text!("`{}`", ObjectName(name)));
        let known = match names.is_empty() {
            true => "no app has any image".into(),
            false => text!("images of the apps: {}", Text::first(listed, 8)),
        };
        Problem::without_place(message)
            .suggest_or(nearest(&digest.name, names.iter().copied()), known)
    };
    digests.iter().filter(is_unknown).map(problem).collect()
}

/// An image that gets a digest.
pub(super) struct Pinned<'i> {
    pub(super) image: Image<'i>,
    pub(super) digest: &'i str,
}

impl Pinned<'_> {
    /// Whether a text of the values is the name of the image, alone or behind a registry that stands elsewhere.
    fn is_named(&self, name: &str) -> bool {
        let rest = self.image.repository.strip_suffix(name);
        !name.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    }
}

/// Puts the digests into the values that hold these images, and tells the paths that were changed.
pub(super) fn pin(value: &mut Value, path: &Path, pinned: &[Pinned<'_>], changed: &mut Vec<Path>) {
    match value {
        Value::Map(map) => {
            if let Some(key) = pin_in(map, pinned) {
                changed.push(path.key(key));
            }
            for (key, value) in map {
                pin(value, &path.key(key), pinned, changed);
            }
        }
        Value::Seq(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                pin(item, &path.index(index), pinned, changed);
            }
        }
        Value::String(text) => {
            let image = Image::read(text);
            let is_whole = image.tag.is_some() || image.digest.is_some();
            let wanted = pinned
                .iter()
                .find(|pinned| is_whole && pinned.is_named(image.repository));
            if let Some(wanted) = wanted
                && image.digest != Some(wanted.digest)
            {
                let tag = image.tag.map(|tag| format!(":{tag}")).unwrap_or_default();
                *text = format!("{}{tag}@{}", image.repository, wanted.digest);
                changed.push(path.clone());
            }
        }
        _ => {}
    }
}

/// The usual keys next to the name of an image; those of a digest come first.
const DIGESTS: [&str; 3] = ["digest", "imageDigest", "sha"];
const TAGS: [&str; 2] = ["tag", "imageTag"];

/// A map that has the name of an image, and its tag or digest next to it. Gives the key that was changed.
fn pin_in(map: &mut Map, pinned: &[Pinned<'_>]) -> Option<&'static str> {
    let names = ["repository", "image", "imageName", "name"];
    let mut names = names.iter().filter_map(|key| map.get(*key)?.as_str());
    let wanted = names.find_map(|name| pinned.iter().find(|pinned| pinned.is_named(name)))?;
    let has = |key: &&&str| map.contains_key(**key);
    let (key, text) = match (DIGESTS.iter().find(has), TAGS.iter().find(has)) {
        (Some(key), _) => (*key, wanted.digest.to_owned()),
        (None, Some(key)) => {
            // A chart that knows tags only takes what follows: `name:tag@digest` is a name like any other.
            let tag = match map.get(*key) {
                Some(Value::String(tag)) if !tag.is_empty() => {
                    Image::read(tag).repository.to_owned()
                }
                _ => wanted.image.tag?.to_owned(),
            };
            (*key, format!("{tag}@{}", wanted.digest))
        }
        (None, None) => return None,
    };
    let new = Value::String(text);
    if map.get(key) == Some(&new) {
        return None;
    }
    map.insert(key.to_owned(), new);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_parts() {
        for (text, repository, tag, digest) in [
            ("web", "web", None, None),
            ("localhost:5000/web", "localhost:5000/web", None, None),
            ("r.io/a/web:1.2", "r.io/a/web", Some("1.2"), None),
            (
                "r.io/web:1@sha256:aa",
                "r.io/web",
                Some("1"),
                Some("sha256:aa"),
            ),
        ] {
            let expected = Image {
                repository,
                tag,
                digest,
            };
            assert_eq!(Image::read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_digest_goes_where_the_chart_reads_it() {
        let digest = "sha256:aa";
        for (values, expected, path) in [
            (
                "{image: {repository: shop/web, tag: '1', digest: ''}}",
                "{image: {repository: shop/web, tag: '1', digest: 'sha256:aa'}}",
                "image.digest",
            ),
            (
                "{image: {repository: shop/web, tag: '2'}}",
                "{image: {repository: shop/web, tag: '2@sha256:aa'}}",
                "image.tag",
            ),
            (
                "{image: {repository: shop/web, tag: ''}}",
                "{image: {repository: shop/web, tag: '1@sha256:aa'}}",
                "image.tag",
            ),
            (
                "{image: 'r.io/shop/web:3'}",
                "{image: 'r.io/shop/web:3@sha256:aa'}",
                "image",
            ),
            (
                "{jobs: [{image: 'r.io/shop/web:3'}]}",
                "{jobs: [{image: 'r.io/shop/web:3@sha256:aa'}]}",
                "jobs[0].image",
            ),
        ] {
            let value = |text: &str| {
                envlint_yaml::Document::parse(text)
                    .root()
                    .map(|root| root.to_value())
            };
            let mut made = value(values).expect("values");
            let pinned = [Pinned {
                image: Image::read("r.io/shop/web:1"),
                digest,
            }];
            let mut changed = Vec::new();
            pin(&mut made, &Path::root(), &pinned, &mut changed);
            assert_eq!(Some(made), value(expected), "{values}");
            assert_eq!(
                changed.iter().map(ToString::to_string).collect::<Vec<_>>(),
                [path]
            );
        }
    }

    #[test]
    fn a_digest_that_is_cut_is_refused() {
        for text in [
            "web",
            "web=sha256:12",
            "=sha256:12",
            "web=sha512:12",
            &format!("web=sha256:{}", "G".repeat(64)),
        ] {
            assert!(Digest::read(text).is_err(), "{text}");
        }
        assert!(Digest::read(&format!("web=sha256:{}", "a".repeat(64))).is_ok());
    }
}
