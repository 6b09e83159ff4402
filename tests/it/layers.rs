//! The rooms of `src/` use only what ARCHITECTURE.md says they use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::rust_files;

/// A room, the rooms that the table lets it use, and those that its code names.
type Rooms = BTreeMap<String, BTreeSet<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of the table whose first column is a room of `src/`, from the bottom up.
fn allowed() -> Vec<(String, BTreeSet<String>)> {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    map.lines()
        .filter_map(|line| line.strip_prefix("| `src/"))
        .filter_map(|row| {
            let (room, rest) = row.split_once('`')?;
            let uses = rest.split('|').nth(2)?;
            let words = uses
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty());
            Some((room.to_owned(), words.map(str::to_owned).collect()))
        })
        .collect()
}

/// The rooms that `crate::…` names in a file, comments aside.
fn named(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).expect("a source file");
    let code: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    let word = |rest: &str| -> String {
        rest.chars()
            .take_while(|char| char.is_alphanumeric() || *char == '_')
            .collect()
    };
    let mut rooms: BTreeSet<String> = code.split("crate::").skip(1).map(word).collect();
    // `use crate::{source::…, values::…};`
    for list in code.split("crate::{").skip(1) {
        let list = list.split(';').next().unwrap_or_default();
        rooms.extend(list.split([',', '{', '}']).map(|item| word(item.trim())));
    }
    rooms.remove("");
    rooms
}

fn used(rooms: &[(String, BTreeSet<String>)]) -> Rooms {
    let known: BTreeSet<&String> = rooms.iter().map(|(room, _)| room).collect();
    let src = root().join("src");
    let of = |room: &str| -> BTreeSet<String> {
        let places = [src.join(room), src.join(format!("{room}.rs"))];
        let files = places
            .iter()
            .filter(|path| path.exists())
            .flat_map(|path| rust_files(path));
        let all = files.flat_map(|file| named(&file));
        all.filter(|name| known.contains(name) && name != room)
            .collect()
    };
    rooms
        .iter()
        .map(|(room, _)| (room.clone(), of(room)))
        .collect()
}

#[test]
fn a_room_uses_only_what_the_table_says() {
    let rooms = allowed();
    let used = used(&rooms);
    for (room, allowed) in &rooms {
        assert_eq!(
            &used[room], allowed,
            "`src/{room}` and its row in ARCHITECTURE.md"
        );
    }
}

#[test]
fn a_room_uses_only_rooms_above_it_in_the_table() {
    let rooms = allowed();
    for (at, (room, allowed)) in rooms.iter().enumerate() {
        let lower: BTreeSet<&String> = rooms[..at].iter().map(|(room, _)| room).collect();
        let odd: Vec<&String> = allowed
            .iter()
            .filter(|name| !lower.contains(name))
            .collect();
        assert!(
            odd.is_empty(),
            "`src/{room}` uses {odd:?}, which are not below it"
        );
    }
}

#[test]
fn every_room_is_in_the_table() {
    let rooms: BTreeSet<String> = allowed().into_iter().map(|(room, _)| room).collect();
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let modules: BTreeSet<String> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    assert_eq!(modules, rooms);
}
