//! Words of places beside a stage: parts of the world, clouds, clusters, colours, numbers.

/// Words of places: parts of the world and of clouds, colours, clusters.
const PLACES: [&str; 84] = [
    "eu",
    "us",
    "usa",
    "uk",
    "gb",
    "de",
    "fr",
    "nl",
    "es",
    "it",
    "pl",
    "se",
    "no",
    "fi",
    "dk",
    "ch",
    "at",
    "ie",
    "au",
    "nz",
    "jp",
    "cn",
    "hk",
    "sg",
    "kr",
    "in",
    "id",
    "br",
    "mx",
    "ca",
    "za",
    "ae",
    "ap",
    "apac",
    "emea",
    "amer",
    "latam",
    "asia",
    "europe",
    "america",
    "global",
    "north",
    "south",
    "east",
    "west",
    "central",
    "northeast",
    "southeast",
    "northwest",
    "southwest",
    "aws",
    "gcp",
    "azure",
    "gke",
    "eks",
    "aks",
    "onprem",
    "oracle",
    "oci",
    "ibm",
    "ibmcloud",
    "alibaba",
    "aliyun",
    "tencent",
    "digitalocean",
    "linode",
    "hetzner",
    "ovh",
    "scaleway",
    "exoscale",
    "openstack",
    "vsphere",
    "openshift",
    "ocp",
    "rke",
    "vultr",
    "civo",
    "stackit",
    "blue",
    "green",
    "red",
    "dr",
    "primary",
    "secondary",
];

pub(super) fn is_usual_place(word: &str) -> bool {
    let stem = word.trim_end_matches(|char: char| char.is_ascii_digit());
    let is_short = |stem: &str| {
        matches!(
            stem,
            "" | "a" | "b" | "c" | "z" | "dc" | "k8s" | "cluster" | "region" | "zone"
        )
    };
    // `useast1`, `euw1`, `westeurope`, `eus2`
    let is_joined = || {
        let directions = ["east", "west", "north", "south", "central"];
        let has_direction = directions.iter().any(|word| stem.contains(word));
        let rest = || {
            let without = |rest: String, word: &&str| rest.replace(word, " ");
            directions.iter().fold(stem.to_owned(), without)
        };
        // A single letter beside one makes another word: `feast`.
        let is_part =
            |part: &str| part.len() > 1 || part.starts_with(|char: char| char.is_ascii_digit());
        (has_direction && rest().split_whitespace().all(is_part))
            || (stem.len() < word.len()
                && stem.len() <= 5
                && PLACES
                    .iter()
                    .any(|place| place.len() == 2 && stem.starts_with(place)))
    };
    is_short(stem) || PLACES.contains(&stem) || is_joined()
}

/// Words of places that say nothing without a name or a number: a folder `prod/k8s` is no cluster `k8s` of it.
const KINDS: [&str; 4] = ["k8s", "cluster", "region", "zone"];

/// Whether a folder in that of an environment is called after a place: `prod/eu`.
pub fn is_folder_of_place(name: &str) -> bool {
    is_place(name) && !KINDS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a word is that of a place beside a stage: a region, a cluster, a colour, a number.
pub fn is_place(name: &str) -> bool {
    let mut words = name
        .split(['-', '_'])
        .filter(|word| !word.is_empty())
        .peekable();
    let is_usual = |word: &str| match word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => is_usual_place(&word.to_ascii_lowercase()),
        false => is_usual_place(word),
    };
    words.peek().is_some() && words.all(is_usual)
}
