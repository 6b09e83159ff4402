//! The decimal numbers behind `addf` and its siblings (shopspring/decimal): exact but for division.

use num_bigint::{BigInt, Sign};

/// Decimal places of a quotient.
const DIVISION_PLACES: i64 = 16;

/// `digits` times ten to the power of `exponent`.
pub(super) struct Decimal {
    digits: BigInt,
    exponent: i64,
}

impl Decimal {
    /// The shortest decimal that reads back as the float.
    pub(super) fn from_float(value: f64) -> Result<Decimal, String> {
        if !value.is_finite() {
            let name = match value {
                value if value.is_nan() => "NaN",
                value if value > 0.0 => "+Inf",
                _ => "-Inf",
            };
            return Err(format!("Cannot create a Decimal from {name}"));
        }
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let places = mantissa
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len() as i64);
        let digits = mantissa.replace('.', "").parse().unwrap_or_default();
        let exponent: i64 = exponent.parse().unwrap_or_default();
        Ok(Decimal {
            digits,
            exponent: exponent - places,
        })
    }

    /// The nearest float.
    pub(super) fn to_float(&self) -> f64 {
        // Rust reads any number of digits exactly rounded.
        format!("{}e{}", self.digits, self.exponent)
            .parse()
            .unwrap_or(0.0)
    }

    fn aligned(self, other: Decimal) -> (BigInt, BigInt, i64) {
        let exponent = self.exponent.min(other.exponent);
        (self.at(exponent), other.at(exponent), exponent)
    }

    /// The digits with a smaller exponent.
    fn at(self, exponent: i64) -> BigInt {
        self.digits * power_of_ten(self.exponent - exponent)
    }

    pub(super) fn add(self, other: Decimal) -> Result<Decimal, String> {
        let (left, right, exponent) = self.aligned(other);
        Ok(Decimal {
            digits: left + right,
            exponent,
        })
    }

    pub(super) fn subtract(self, other: Decimal) -> Result<Decimal, String> {
        let (left, right, exponent) = self.aligned(other);
        Ok(Decimal {
            digits: left - right,
            exponent,
        })
    }

    pub(super) fn multiply(self, other: Decimal) -> Result<Decimal, String> {
        let exponent = self.exponent + other.exponent;
        Ok(Decimal {
            digits: self.digits * other.digits,
            exponent,
        })
    }

    /// To 16 places, halves away from zero.
    pub(super) fn divide(self, other: Decimal) -> Result<Decimal, String> {
        if other.digits.sign() == Sign::NoSign {
            return Err("decimal division by 0".to_owned());
        }
        let shift = self.exponent - other.exponent + DIVISION_PLACES;
        let (numerator, denominator) = if shift < 0 {
            (self.digits, other.digits * power_of_ten(-shift))
        } else {
            (self.digits * power_of_ten(shift), other.digits)
        };
        let quotient = &numerator / &denominator;
        let remainder = &numerator - &quotient * &denominator;
        let round_up = remainder.magnitude() * 2u8 >= *denominator.magnitude();
        let negative = (numerator.sign() == Sign::Minus) != (denominator.sign() == Sign::Minus);
        let digits = match (round_up, negative) {
            (false, _) => quotient,
            (true, false) => quotient + 1,
            (true, true) => quotient - 1,
        };
        Ok(Decimal {
            digits,
            exponent: -DIVISION_PLACES,
        })
    }
}

fn power_of_ten(exponent: i64) -> BigInt {
    BigInt::from(10u8).pow(u32::try_from(exponent).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_is_decimal() {
        let decimal = |value: f64| Decimal::from_float(value).unwrap();
        for (found, expected) in [
            (decimal(0.1).add(decimal(0.2)), 0.3),
            (decimal(1e300).add(decimal(1e-300)), 1e300),
            (decimal(3.0).multiply(decimal(0.1)), 0.3),
            (decimal(10.0).divide(decimal(3.0)), 3.3333333333333333),
            (decimal(-2.0).divide(decimal(3.0)), -0.6666666666666667),
            (decimal(1e-200).divide(decimal(1e200)), 0.0),
            (decimal(0.3).subtract(decimal(0.1)), 0.2),
        ] {
            assert_eq!(found.unwrap().to_float(), expected);
        }
        assert!(decimal(1.0).divide(decimal(0.0)).is_err());
        assert_eq!(
            Decimal::from_float(f64::NEG_INFINITY).err().unwrap(),
            "Cannot create a Decimal from -Inf"
        );
    }
}
