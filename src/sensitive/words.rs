//! Whether a text reads like words (a name, a host, a path) or like a random draw.

/// For each letter, the letters that follow it in ordinary English and technical words, as a bit set (bit 0 is `a`).
/// About half of all pairs; in words nearly every pair is one of them, in a random draw every second is not.
const FOLLOWERS: [u32; 26] = [
    0x1febd6e, 0x11e5915, 0x11e4d95, 0x13e497b, 0x1fff9ff, 0x11e4931, 0x01679d1, 0x11a5111,
    0x2aefc7f, 0x0144011, 0x0144911, 0x13cc93d, 0x014d91b, 0x13cfd7d, 0x0fefd7f, 0x11ec995,
    0x0100000, 0x17efd7f, 0x15cfdb5, 0x15ed9bd, 0x00ef97f, 0x0004111, 0x0066191, 0x0088114,
    0x00cf111, 0x0000111,
];

/// Whether the text is made of words and numbers, as names, versions, hosts and dates are: `metastore-credentials`,
/// `sparkConnect2`, `db.prod.internal:5432`.
pub(super) fn reads_like_words(text: &str) -> bool {
    let shape = Shape::of(text);
    if shape.letters == 0 {
        return true;
    }
    // One change between letters and digits per word is usual (`node12`, `v2`); more are not.
    let mixed = shape.changes > 2 && shape.changes * 3 > shape.letters + shape.digits;
    // camelCase words are at least three letters long on average; in a random draw every second letter is a capital.
    let choppy = shape.humps > 3 && shape.letters < shape.humps * 3;
    let unusual = shape.unusual >= 2 && shape.unusual * 10 > shape.pairs * 3;
    let digits = shape.digits > 8 && shape.digits * 2 > shape.letters;
    // Long base64 has all three sorts of characters, in more humps than camelCase has, and no character twice in a row.
    let dense = text.len() >= 20
        && shape.humps * 9 > shape.letters * 2
        && shape.digits > 0
        && sorts(text) >= 3
        && !text.contains(['-', '_', '.', ':', ' '])
        && entropy(text) >= 4.0;
    !(mixed || choppy || unusual || digits || dense)
}

#[derive(Default)]
struct Shape {
    letters: usize,
    digits: usize,
    /// Changes between letters and digits with nothing between them.
    changes: usize,
    /// Beginnings of words, where a capital after a small letter begins one.
    humps: usize,
    /// Neighbouring letters of one word.
    pairs: usize,
    /// Of those, the ones that words rarely have.
    unusual: usize,
}

impl Shape {
    fn of(text: &str) -> Shape {
        let mut shape = Shape::default();
        let mut before = ' ';
        for char in text.chars() {
            if char.is_ascii_alphabetic() {
                shape.letters += 1;
                shape.changes += usize::from(before.is_ascii_digit());
                let begins = !before.is_ascii_alphabetic()
                    || (before.is_ascii_lowercase() && char.is_ascii_uppercase());
                shape.humps += usize::from(begins);
                if !begins {
                    shape.pairs += 1;
                    shape.unusual += usize::from(!follows(before, char));
                }
            } else if char.is_ascii_digit() {
                shape.digits += 1;
                shape.changes += usize::from(before.is_ascii_alphabetic());
            }
            before = char;
        }
        shape
    }
}

fn follows(first: char, second: char) -> bool {
    let number = |char: char| u32::from(char.to_ascii_lowercase()) - u32::from('a');
    FOLLOWERS
        .get(number(first) as usize)
        .is_none_or(|set| set >> number(second) & 1 == 1)
}

/// Shannon entropy in bits per character.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / total)
        .map(|share| -share * share.log2())
        .sum()
}

/// How many of the sorts small letter, capital, digit, other are in the text.
pub(super) fn sorts(text: &str) -> usize {
    let has = |wanted: fn(char) -> bool| usize::from(text.chars().any(wanted));
    has(|char| char.is_ascii_lowercase())
        + has(|char| char.is_ascii_uppercase())
        + has(|char| char.is_ascii_digit())
        + has(|char| !char.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::reads_like_words;

    #[test]
    fn names_are_words_and_draws_are_not() {
        for name in [
            "metastore-credentials",
            "spark-connect-prod",
            "db.prod.internal.example.com:5432",
            "sparkConnect2",
            "postgres",
            "s3-credentials",
            "kubernetes.io/dockerconfigjson",
            "us-east-1",
            "2024-01-31",
            "node-pool-12",
            "RELEASE_2024_05",
            "org.apache.kafka.common.security.plain.PlainLoginModule",
            "app-v1beta1",
            "SCRAM-SHA-512",
            "SparkKubernetesClusterSchedulerBackendV2",
            "projects/ExampleTeam/Config2",
        ] {
            assert!(reads_like_words(name), "{name}");
        }
        for draw in [
            "x8Kd92mZpQ4rTy7w",
            "5f4dcc3b5aa765d61d8327deb882cf99",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "qzxvkjwqpfhgtd",
            "aGhTkLmNpQrStXz",
            "Zm9vYmFyYmF6cXV4",
        ] {
            assert!(!reads_like_words(draw), "{draw}");
        }
    }
}
