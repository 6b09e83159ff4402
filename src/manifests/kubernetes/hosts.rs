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
    let mut named: Vec<(Path, &str)> = of_rules
        .filter_map(|(index, rule)| Some((rules.index(index).key("host"), text_at(rule, "host")?)))
        .collect();
    let tls = keys(&["spec", "tls"]);
    for index in 0..list_at(ingress, &tls).len() {
        let path = tls.index(index).key("hosts");
        let hosts = list_at(ingress, &path).iter().enumerate();
        named.extend(hosts.filter_map(|(at, host)| Some((path.index(at), host.as_str()?))));
    }
    let refused = named.into_iter().filter_map(|(path, host)| {
        let help = wrong(host)?;
        let message = text!(
            "`{}` is `{}`, which the API server does not take for the name of a host",
            ObjectName(&path),
            ObjectName(host)
        );
        Some(Refusal {
            path,
            message,
            help,
        })
    });
    refused.collect()
}

/// What to do about a host that is refused; none for one that is fine, or that something fills in when it is deployed.
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
    if host.parse::<IpAddr>().is_ok() {
        return Some("an Ingress goes by names: leave `host` out for an IP address, or use a name");
    }
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_fine = name.len() <= LONGEST && name.split('.').all(is_label);
    match name.rsplit_once(':') {
        _ if is_fine => None,
        Some((_, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some("leave the port out: the controller of the Ingress has ports of its own")
        }
        _ => Some(
            "use small letters, digits, `-` and `.`; `*.` may stand at the beginning, for any name there",
        ),
    }
}

/// Whether a text is a part of a name in DNS (RFC 1123, in small letters).
fn is_label(label: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !label.is_empty()
        && label.bytes().all(is_part)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn hosts_are_names_in_small_letters() {
        for host in [
            "shop.example.com",
            "*.example.com",
            "shop-1",
            "",
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
            "shop..example.com",
            "shop.*.com",
            "*",
            "10.0.0.1",
            "-shop.example.com",
            "shop.example.com/api",
        ] {
            assert!(wrong(host).is_some(), "{host}");
        }
    }
}
