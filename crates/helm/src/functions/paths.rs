//! Slash-separated paths (Go: path, and path/filepath as on Linux, where both are the same but for empty results).

use envlint_gotemplate::{Function, GoString, Type};

const S: Type = Type::String;

pub(super) static TABLE: &[Function] = &[
    BASE,
    BASE.alias("osBase"),
    DIR,
    DIR.alias("osDir"),
    CLEAN,
    CLEAN.alias("osClean"),
    EXT,
    EXT.alias("osExt"),
    IS_ABS,
    IS_ABS.alias("osIsAbs"),
];

const BASE: Function = Function::new("base", &[S], |_, args| {
    Ok(GoString::from(base(args.bytes(0))).into())
});
const DIR: Function = Function::new("dir", &[S], |_, args| {
    Ok(GoString::from(dir(args.bytes(0))).into())
});
const CLEAN: Function = Function::new("clean", &[S], |_, args| {
    Ok(GoString::from(clean(args.bytes(0))).into())
});
const EXT: Function = Function::new("ext", &[S], |_, args| {
    Ok(GoString::from(ext(args.bytes(0))).into())
});
const IS_ABS: Function = Function::new("isAbs", &[S], |_, args| {
    Ok(args.bytes(0).starts_with(b"/").into())
});

/// The last element; `.` of an empty path, `/` of slashes.
fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let end = path.iter().rposition(|byte| *byte != b'/');
    let Some(trimmed) = end.and_then(|end| path.get(..=end)) else {
        return b"/";
    };
    trimmed
        .rsplit(|byte| *byte == b'/')
        .next()
        .unwrap_or(trimmed)
}

/// All but the last element, cleaned.
fn dir(path: &[u8]) -> Vec<u8> {
    let end = path
        .iter()
        .rposition(|byte| *byte == b'/')
        .map_or(0, |at| at + 1);
    clean(path.get(..end).unwrap_or_default())
}

/// The shortest path that means the same, without looking at the disk.
fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut kept: Vec<&[u8]> = Vec::new();
    for element in path.split(|byte| *byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." if kept.last().is_some_and(|last| *last != b"..") => {
                kept.pop();
            }
            b".." if rooted => {}
            other => kept.push(other),
        }
    }
    let joined = kept.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", joined.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}

/// From the last dot of the last element.
fn ext(path: &[u8]) -> &[u8] {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let dot = name.iter().rposition(|byte| *byte == b'.');
    dot.and_then(|dot| name.get(dot..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_follows_go() {
        for (path, expected) in [
            ("", "."),
            ("a/../b/./c//", "b/c"),
            ("/../a", "/a"),
            ("../../a", "../../a"),
            ("a/../..", ".."),
            ("//", "/"),
            ("./", "."),
        ] {
            assert_eq!(clean(path.as_bytes()), expected.as_bytes(), "{path}");
        }
    }
}
