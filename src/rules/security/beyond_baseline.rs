//! `security/beyond-baseline`.

use envlint_yaml::{Path, Value};

use crate::manifests::{RenderedObject, items};
use crate::masking::{ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::Severity;

rule! {
    /// A pod does what the Baseline Pod Security Standard forbids.
    ///
    /// ## What it does
    ///
    /// Looks at all pods that the chart renders for an environment, containers and init containers, for what the Baseline
    /// level of Kubernetes' Pod Security Standards forbids: `privileged`; the network, the processes or the IPC of the node;
    /// its directories (`hostPath`, the socket of Docker among them) and ports; capabilities beyond the usual ones; sysctls
    /// that are not safe; an unmasked `/proc`; and seccomp, AppArmor or SELinux turned off.
    ///
    /// All that one workload does is one finding. In a DaemonSet it is an info: what runs on every node is often there for the
    /// node. So are directories that nothing else on the node uses (`/data/cache`), where that is all.
    ///
    /// ## Why it matters
    ///
    /// Whoever gets into such a container gets to the node, and from there to the Secrets of all pods on it. In a namespace
    /// with the label `pod-security.kubernetes.io/enforce: baseline`, the API server refuses the pod.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// containers:
    ///   - name: build
    ///     securityContext: {privileged: true}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// containers:
    ///   - name: build
    ///     securityContext: {privileged: false, capabilities: {add: [CHOWN]}}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline)
    "security/beyond-baseline", Warning, Check::App(check)
}

/// The capabilities that a container may add.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The sysctls that a pod may set.
const SYSCTLS: [&str; 10] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
];

/// The SELinux types that a pod may have.
const TYPES: [&str; 4] = [
    "container_engine_t",
    "container_init_t",
    "container_kvm_t",
    "container_t",
];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        for object in cx.manifests.objects(values.name()).unwrap_or_default() {
            if let Some(finding) = of_object(cx, values, object, out) {
                out.push(finding);
            }
        }
    }
}

/// How many things that a pod does are named.
const MOST_NAMED: usize = 4;

/// All that one workload asks for: whoever lets it have the node has one reason.
fn of_object(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    object: &RenderedObject,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let forbidden = forbidden(object);
    let is_harmless = has_only_own_directories(object, forbidden.len());
    let placed = forbidden.into_iter().filter_map(|(path, does)| {
        let finding = out.field(cx, values, (object, &path), Text::new())?;
        Some((finding, does))
    });
    let placed: Vec<(Finding, Text)> = placed.collect();
    let does = placed.iter().map(|(_, does)| does.clone());
    let does = match placed.len() {
        0..=MOST_NAMED => Text::sentence(does),
        _ => Text::first(does, MOST_NAMED),
    };
    let mut placed = placed.into_iter();
    let (mut finding, _) = placed.next()?;
    finding.message = text!("{} {}", object.called(), does);
    for (other, does) in placed {
        finding = finding.note(other.location, does);
    }
    let mark = finding.line_mark();
    let finding = finding
        .help("take it away, or suppress this with the reason why the program needs it")
        .once_of(mark, does, object.called());
    Some(match object.kind == "DaemonSet" || is_harmless {
        true => out.lower_severity(Severity::Info, finding),
        false => finding,
    })
}

/// Directories that tell of the node, or that its programs run from, with all that is in them.
const OF_THE_NODE: [&str; 22] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/opt/cni",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/cni",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/etcd",
    "/var/lib/kubelet",
    "/var/lib/rancher",
    "/var/log/pods",
    "/var/run",
];

/// Directories that hold such ones.
const ABOVE_THOSE: [&str; 6] = [
    "",
    "/opt",
    "/var",
    "/var/lib",
    "/var/log",
    "/var/log/containers",
];

/// Whether directories that nothing else uses are all that a pod has of its node, as `count` tells that is forbidden: whoever
/// gets into the pod finds there what the pod wrote.
fn has_only_own_directories(object: &RenderedObject, count: usize) -> bool {
    let Some((spec, _)) = object.pod_spec() else {
        return false;
    };
    let volumes = items(spec.get("volumes")).iter();
    let directories: Vec<&str> = volumes
        .filter_map(|volume| volume.get("hostPath")?.get("path")?.as_str())
        .collect();
    let is_own = |directory: &&str| {
        let directory = directory.trim_end_matches('/');
        let is_within = |known: &&str| {
            let rest = directory.strip_prefix(known);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        !directory.contains("..")
            && !ABOVE_THOSE.contains(&directory)
            && !OF_THE_NODE.iter().any(is_within)
    };
    directories.len() == count && directories.iter().all(is_own)
}

/// What the pod of an object does that is forbidden, and where.
fn forbidden(object: &RenderedObject) -> Vec<(Path, Text)> {
    let Some((spec, path)) = object.pod_spec() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (key, does) in [
        ("hostNetwork", "uses the network of the node"),
        ("hostPID", "sees the processes of the node"),
        ("hostIPC", "shares the IPC of the node"),
    ] {
        if spec.get(key) == Some(&Value::Bool(true)) {
            found.push((path.key(key), does.into()));
        }
    }
    for (index, volume) in items(spec.get("volumes")).iter().enumerate() {
        let directory = volume.get("hostPath").and_then(|host| host.get("path"));
        if let Some(directory) = directory.and_then(Value::as_str) {
            let path = path.key("volumes").index(index).key("hostPath").key("path");
            let does = match directory {
                "/var/run/docker.sock" | "/run/docker.sock" => text!(
                    "mounts `{}`, and so may start any container on the node",
                    ObjectName(directory)
                ),
                _ => text!("mounts `{}` of the node", ObjectName(directory)),
            };
            found.push((path, does));
        }
    }
    if let Some(context) = spec.get("securityContext") {
        let path = path.key("securityContext");
        for (index, sysctl) in items(context.get("sysctls")).iter().enumerate() {
            let name = sysctl.get("name").and_then(Value::as_str);
            if let Some(name) = name.filter(|name| !SYSCTLS.contains(name)) {
                let path = path.key("sysctls").index(index).key("name");
                found.push((path, text!("sets the unsafe sysctl `{}`", ObjectName(name))));
            }
        }
        found.extend(unconfined(context, &path, &Text::from("runs")));
    }
    for container in object.containers() {
        let ports = items(container.at(&["ports"])).iter().enumerate();
        for (index, port) in ports {
            if let Some(Value::Int(number @ 1..)) = port.get("hostPort") {
                let path = container.path.key("ports").index(index).key("hostPort");
                found.push((path, text!("takes the port {} of the node", number)));
            }
        }
        let Some(context) = container.at(&["securityContext"]) else {
            continue;
        };
        let path = container.path.key("securityContext");
        let runs = text!("runs the container `{}`", ObjectName(container.name()));
        if context.get("privileged") == Some(&Value::Bool(true)) {
            found.push((path.key("privileged"), text!("{} privileged", runs)));
        }
        let added = context.get("capabilities").and_then(|all| all.get("add"));
        for (index, added) in items(added).iter().enumerate() {
            let name = added.as_str().unwrap_or_default();
            let short = name.strip_prefix("CAP_").unwrap_or(name);
            if !CAPABILITIES.contains(&short) {
                let path = path.key("capabilities").key("add").index(index);
                let does = text!("{} with the capability `{}`", runs, ObjectName(name));
                found.push((path, does));
            }
        }
        let mount = context.get("procMount").and_then(Value::as_str);
        if mount.is_some_and(|mount| mount != "Default") {
            let does = text!("{} with an unmasked `/proc`", runs);
            found.push((path.key("procMount"), does));
        }
        found.extend(unconfined(context, &path, &runs));
    }
    found
}

/// What a security context turns off, or chooses for itself.
fn unconfined(context: &Value, path: &Path, runs: &Text) -> Vec<(Path, Text)> {
    let text_at = |keys: [&str; 2]| context.get(keys[0])?.get(keys[1])?.as_str();
    let mut found = Vec::new();
    for (key, name) in [
        ("seccompProfile", "seccomp"),
        ("appArmorProfile", "AppArmor"),
    ] {
        if text_at([key, "type"]) == Some("Unconfined") {
            let does = text!("{} without {}", runs, name);
            found.push((path.key(key).key("type"), does));
        }
    }
    let is_chosen = text_at(["seLinuxOptions", "type"])
        .is_some_and(|kind| !kind.is_empty() && !TYPES.contains(&kind));
    if is_chosen {
        let does = text!("{} with an SELinux type of its own", runs);
        found.push((path.key("seLinuxOptions").key("type"), does));
    }
    let windows = context.get("windowsOptions");
    if windows.and_then(|all| all.get("hostProcess")) == Some(&Value::Bool(true)) {
        let does = text!("{} as a process of the node", runs);
        found.push((path.key("windowsOptions").key("hostProcess"), does));
    }
    found
}
