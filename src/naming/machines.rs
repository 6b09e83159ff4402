//! Names of what is for a cluster on somebody's own machine.

use super::is_local;

/// Words in names of files that say what is in the file, and not for whom.
const NEUTRAL: [&str; 9] = [
    "application",
    "config",
    "env",
    "secret",
    "secrets",
    "settings",
    "values",
    "yaml",
    "yml",
];

/// Whether a file is for a cluster on somebody's own machine: `local/secrets.yaml`, `values-minikube.yaml`.
pub fn is_of_own_cluster(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let words = name.split(|char: char| !char.is_ascii_alphanumeric());
    let mut telling = words
        .filter(|word| !word.is_empty() && !NEUTRAL.contains(word))
        .peekable();
    folders.split('/').any(is_local_folder) || telling.peek().is_some() && telling.all(is_local)
}

/// Whether a folder is for such a cluster: `local`, `e2e-kind`. `local-storage` is what a cluster anywhere has.
fn is_local_folder(folder: &str) -> bool {
    is_local(folder) || folder.rsplit(['-', '_', '.']).next().is_some_and(is_local)
}

/// Whether an image, or a registry of images, is that of somebody's own machine: `localhost:5001/shop`, `k3d-registry:5000`.
/// Nobody else can pull from there.
pub fn is_of_own_registry(image: &str) -> bool {
    let host = image.trim_start_matches("oci://").split('/').next();
    let Some((name, port)) = host.and_then(|host| host.split_once(':')) else {
        return image == "localhost" || image.starts_with("localhost/");
    };
    let is_own = name == "127.0.0.1"
        || name.ends_with("localhost")
        || ["k3d-", "kind-registry"]
            .iter()
            .any(|start| name.starts_with(start));
    is_own && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_of_own_registry;

    #[test]
    fn nobody_else_pulls_from_the_own_machine() {
        for own in [
            "localhost:5001",
            "localhost:5001/shop/web",
            "localhost/web",
            "127.0.0.1:32000/web:dev",
            "k3d-registry.localhost:5000",
            "kind-registry:5000/web",
        ] {
            assert!(is_of_own_registry(own), "{own}");
        }
        for other in [
            "",
            "localhost:dev",
            "shop/web",
            "registry.example.com:5000/web",
            "web:1.2",
            "localhosted.example.com/web",
        ] {
            assert!(!is_of_own_registry(other), "{other}");
        }
    }
}
