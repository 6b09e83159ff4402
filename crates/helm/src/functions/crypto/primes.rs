//! RSA keys as fast as Go makes them: candidates are sieved before they are tested, and the two primes are looked for side
//! by side. (The `rsa` crate tests nearly every odd number, which takes ten times as long for a key of 4096 bits.)

use std::panic::resume_unwind;

use crypto_bigint::{Encoding, U1024, U2048, Uint};
use crypto_primes::hazmat::{Sieve, random_odd_uint};
use crypto_primes::is_prime_with_rng;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use rsa::{BigUint, RsaPrivateKey};

/// The public exponent that everyone uses, Go too.
const EXPONENT: u32 = 65537;

/// A new RSA key.
///
/// # Errors
/// The length is none that a key can have.
pub(super) fn rsa_key(random: &mut ChaCha20Rng, bits: usize) -> rsa::Result<RsaPrivateKey> {
    match bits {
        2048 => Ok(of_two_primes::<{ U1024::LIMBS }>(random)),
        4096 => Ok(of_two_primes::<{ U2048::LIMBS }>(random)),
        _ => RsaPrivateKey::new(random, bits),
    }
}

fn of_two_primes<const LIMBS: usize>(random: &mut ChaCha20Rng) -> RsaPrivateKey
where
    Uint<LIMBS>: Encoding,
{
    loop {
        let (first, second) = (fork(random), fork(random));
        let (p, q) = std::thread::scope(|scope| {
            let other = scope.spawn(|| prime::<LIMBS>(second));
            let p = prime::<LIMBS>(first);
            (p, other.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        // Refused when the primes are equal, or one less than either is a multiple of the exponent.
        if let Ok(key) = RsaPrivateKey::from_p_q(p, q, EXPONENT.into()) {
            return key;
        }
    }
}

/// Random numbers of their own for one prime, so that a seed makes the same key however the threads run.
fn fork(random: &mut ChaCha20Rng) -> ChaCha20Rng {
    let mut seed = [0; 32];
    random.fill_bytes(&mut seed);
    ChaCha20Rng::from_seed(seed)
}

/// A prime that fills all of its bits; the first two are set, so that the product of two has twice as many.
fn prime<const LIMBS: usize>(mut random: ChaCha20Rng) -> BigUint
where
    Uint<LIMBS>: Encoding,
{
    let top = Uint::<LIMBS>::MAX.shr_vartime(2).not();
    loop {
        let start = random_odd_uint::<LIMBS>(&mut random, Uint::<LIMBS>::BITS) | top;
        // The sieve ends where the number would need more bits.
        let found = Sieve::new(&start, Uint::<LIMBS>::BITS, false)
            .find(|candidate| is_prime_with_rng(&mut random, candidate));
        if let Some(found) = found {
            return BigUint::from_bytes_be(found.to_be_bytes().as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use rsa::traits::{PrivateKeyParts, PublicKeyParts};

    use super::*;

    #[test]
    fn keys_have_their_length_and_come_from_the_seed() {
        let key = |seed| rsa_key(&mut ChaCha20Rng::seed_from_u64(seed), 2048).expect("a key");
        let first = key(1);
        assert_eq!(first.n().bits(), 2048);
        assert_eq!(first.primes().len(), 2);
        first.validate().expect("a valid key");
        assert_eq!(first, key(1));
        assert_ne!(first, key(2));
    }
}
