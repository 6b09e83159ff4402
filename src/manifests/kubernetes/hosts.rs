//! The hosts of an Ingress, as the API server takes them.
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/networking/validation/validation.go>

use std::net::IpAddr;

use envlint_yaml::{Node, Path};

use super::refused::{Refusal, keys, list_at, text_at};
use crate::masking::{ObjectName, text};

/// The hosts of an Ingress that are no names of a host.
pub(super) fn hosts(ingress: &Node) -> Vec<Refusal> {
    let rules = keys(&["spec", "rules"]);
    let of_rules = list_at(ingress, &rules).iter().enumerate();
    let of_rules = of_rules.filter_map(|(index, rule)| {
        let host = text_at(rule, "host")?;
        let help = address(host).or_else(|| wrong(host))?;
        Some(refusal(rules.index(index).key("host"), host, help))
    });
    let mut refused: Vec<Refusal> = of_rules.collect();
    let tls = keys(&["spec", "tls"]);
    for index in 0..list_at(ingress, &tls).len() {
        let path = tls.index(index).key("hosts");
        let hosts = list_at(ingress, &path).iter().enumerate();
        refused.extend(hosts.filter_map(|(at, host)| {
            let host = host.as_str()?;
            Some(refusal(path.index(at), host, wrong(host)?))
        }));
    }
    refused
}

fn refusal(path: Path, host: &str, help: &'static str) -> Refusal {
    let message = text!(
        "`{}` is `{}`, which the API server does not take for the name of a host",
        ObjectName(&path),
        ObjectName(host)
    );
    Refusal {
        path,
        message,
        help,
    }
}

/// What to do about an IP address in place of a host. Only rules may not have one.
fn address(host: &str) -> Option<&'static str> {
    host.parse::<IpAddr>()
        .is_ok()
        .then_some("an Ingress goes by names: leave `host` out for an IP address, or use a name")
}

/// What to do about a host that is refused; none for one that is fine, that something fills in when it is deployed, or that has
/// a gap: `values/undefined` names the value that is missing there.
fn wrong(host: &str) -> Option<&'static str> {
    /// The longest name in DNS.
    const LONGEST: usize = 253;
    if host.is_empty() || host.contains(['$', '{', '<', '%', '@', '#']) {
        return None;
    }
    if host.contains("://") {
        return Some(
            "write the name of the host alone, without what stands before and behind it in an address",
        );
    }
    let name = host.strip_prefix("*.").unwrap_or(host);
    let has_gap = |label: &str| label.is_empty() || label.starts_with('-') || label.ends_with('-');
    let is_fine = name.len() <= LONGEST && name.split('.').all(is_label);
    match name.rsplit_once(':') {
        _ if is_fine || name.split('.').any(has_gap) => None,
        Some((_, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some("leave the port out: the controller of the Ingress has ports of its own")
        }
        _ => Some(
            "use small letters, digits, `-` and `.`; `*.` may stand at the beginning, for any name there",
        ),
    }
}

/// Whether a text without gaps is a part of a name in DNS (RFC 1123, in small letters).
fn is_label(label: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    label.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::{address, wrong};

    #[test]
    fn hosts_are_names_in_small_letters() {
        for host in [
            "shop.example.com",
            "*.example.com",
            "shop-1",
            "",
            "grafana.",
            "-shop.example.com",
            "${HOST}",
            "<path:kv/shop#host>",
        ] {
            assert_eq!(wrong(host), None, "{host}");
        }
        for host in [
            "https://shop.example.com",
            "Shop.example.com",
            "shop_1.example.com",
            "shop.example.com:8443",
            "shop.*.com",
            "*",
            "shop.example.com/api",
        ] {
            assert!(wrong(host).is_some(), "{host}");
        }
        assert!(address("10.0.0.1").is_some());
        assert_eq!(address("shop.example.com"), None);
    }
}
