//! Places found by the text at them: the keys of a map, the names of a list's items.

/// Up to how many texts are found by looking at each: no index has to be made for them.
const FEW: usize = 8;

/// The places of texts, in the order of the texts; of equal texts the first place comes first. Whoever asks it hands it
/// the texts by their places each time, so it borrows nothing.
#[derive(Clone, Debug, Default)]
pub struct Index {
    sorted: Box<[u32]>,
}

impl Index {
    /// Whether it is worth making for so many places.
    pub fn pays(places: usize) -> bool {
        places > FEW
    }

    /// The index of the places below `count` that have a text.
    pub fn of<'t>(count: usize, text: impl Fn(usize) -> Option<&'t str>) -> Index {
        let places = 0..u32::try_from(count).unwrap_or(u32::MAX);
        let mut sorted: Vec<u32> = places
            .filter(|place| text(*place as usize).is_some())
            .collect();
        sorted.sort_by(|left, right| text(*left as usize).cmp(&text(*right as usize)));
        Index {
            sorted: sorted.into_boxed_slice(),
        }
    }

    /// True for an index without places, as the one of few texts is that nobody made.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Whether a text is at several places.
    pub fn has_equal<'t>(&self, text: impl Fn(usize) -> Option<&'t str>) -> bool {
        let text = |place: u32| text(place as usize);
        !self
            .sorted
            .is_sorted_by(|left, right| text(*left) < text(*right))
    }

    /// The first place of a text.
    pub fn find<'t>(&self, wanted: &str, text: impl Fn(usize) -> Option<&'t str>) -> Option<usize> {
        let before = |place: &u32| text(*place as usize) < Some(wanted);
        let place = *self.sorted.get(self.sorted.partition_point(before))? as usize;
        (text(place) == Some(wanted)).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::Index;

    #[test]
    fn the_first_of_equal_texts_is_found_and_a_place_without_one_is_not() {
        let texts = [Some("b"), None, Some("a"), Some("b"), Some("")];
        let text = |place: usize| *texts.get(place).unwrap_or(&None);
        let index = Index::of(texts.len(), text);
        let found = ["a", "b", "", "c"].map(|wanted| index.find(wanted, text));
        assert_eq!(found, [Some(2), Some(0), Some(4), None]);
        assert!(index.has_equal(text));
    }
}
