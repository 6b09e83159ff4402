//! Folders of clusters: `clusters/alpha`.

use super::{is_local, is_no_environment};

/// The folder that holds one for each cluster.
const HOME: &str = "clusters";

/// The cluster that a directory is the folder of, or lies in the folder of.
pub fn cluster_of(directory: &str) -> Option<&str> {
    let mut folders = directory.split('/').skip_while(|folder| *folder != HOME);
    folders
        .nth(1)
        .filter(|name| is_local(name) || !is_no_environment(name))
}

#[cfg(test)]
mod tests {
    use super::cluster_of;

    #[test]
    fn folders_name_clusters() {
        for (directory, expected) in [
            ("clusters/alpha", Some("alpha")),
            ("k8s/clusters/alpha/flux/cluster", Some("alpha")),
            ("clusters/local", Some("local")),
            ("clusters/base", None),
            ("clusters", None),
            ("kubernetes/main", None),
        ] {
            assert_eq!(cluster_of(directory), expected, "{directory}");
        }
    }
}
