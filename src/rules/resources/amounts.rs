//! Amounts of what containers ask for, as people write them.

/// An amount, as a quota writes it.
pub(super) fn shown(name: &str, billionths: i128) -> String {
    const ONE: i128 = 1_000_000_000;
    let up = |unit: i128| billionths.saturating_add(unit - 1) / unit;
    if billionths % ONE != 0 {
        return format!("{}m", up(ONE / 1000));
    }
    let bytes = billionths / ONE;
    let is_bytes = name.ends_with("memory") || name.ends_with("storage");
    for (unit, power) in [("Gi", 30), ("Mi", 20), ("Ki", 10)] {
        if is_bytes && bytes != 0 && bytes % (1 << power) == 0 {
            return format!("{}{unit}", bytes >> power);
        }
    }
    for (unit, size) in [("G", 1_000_000_000), ("M", 1_000_000)] {
        if is_bytes && bytes != 0 && bytes % size == 0 {
            return format!("{}{unit}", bytes / size);
        }
    }
    bytes.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_as_they_are_written() {
        const ONE: i128 = 1_000_000_000;
        for (name, amount, expected) in [
            ("requests.cpu", 12 * ONE, "12"),
            ("requests.cpu", ONE / 2, "500m"),
            ("requests.cpu", 3 * ONE / 2, "1500m"),
            ("limits.memory", 2 * 1024 * 1024 * 1024 * ONE, "2Gi"),
            ("limits.memory", 1152 * 1024 * 1024 * ONE, "1152Mi"),
            ("limits.memory", 500_000_000 * ONE, "500M"),
            ("pods", 18 * ONE, "18"),
        ] {
            assert_eq!(shown(name, amount), expected, "{name}");
        }
    }
}
