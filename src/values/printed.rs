//! How Helm prints a number.

/// A number as a template prints it (`{{ .Values.x }}`, `quote`, `toString`). Helm decodes every number of a values file
/// to a float64, and Go prints that with the fewest digits that tell it apart, and with an exponent below 1e-4 and from
/// 1e6 on (Go `strconv`, format `g` with precision -1).
pub fn printed(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number != 0.0 && !(-4..6).contains(&exponent) && exponent != 0 {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.abs())
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::printed;

    /// The answers are those of helm 4.3 to `{{ .Values.x }}`.
    #[test]
    fn numbers_print_as_helm_prints_them() {
        for (number, expected) in [
            (999_999.0, "999999"),
            (1_000_000.0, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (-1_000_000.0, "-1e+06"),
            (1_234_567.5, "1.2345675e+06"),
            (123_456.5, "123456.5"),
            (20_240_101.0, "2.0240101e+07"),
            (9_007_199_254_740_993.0, "9.007199254740992e+15"),
            (1.10, "1.1"),
            (1.0, "1"),
            (0.0, "0"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e21, "1e+21"),
        ] {
            assert_eq!(printed(number), expected);
        }
    }
}
