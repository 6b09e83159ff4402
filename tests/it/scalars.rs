//! What Helm prints for numbers, against what the rules say it prints.

use std::process::Command;

use envlint::values::printed;

use crate::helm;
use crate::support::Sandbox;

#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_numbers_print_as_helm_prints_them() {
    let numbers = [
        "0",
        "1",
        "-1",
        "0.5",
        "1.10",
        "1.0",
        "999999",
        "1000000",
        "1234567",
        "-1234567",
        "123456.75",
        "1234567.5",
        "20240101",
        "123456789012",
        "9007199254740993",
        "12345678901234567890",
        "1e-3",
        "1e-4",
        "1e-5",
        "1.5e-7",
        "1e20",
        "1e21",
        "1e22",
        "0.1",
        "100000.5",
        "3.20",
        "5e5",
    ];
    let values: String = numbers
        .iter()
        .enumerate()
        .map(|(at, number)| format!("n{at}: {number}\n"))
        .collect();
    let template: String = (0..numbers.len())
        .map(|at| format!("n{at}: \"{{{{ .Values.n{at} }}}}\"\n"))
        .collect();
    let chart = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("values.yaml", &values),
        ("templates/all.yaml", &template),
    ]);
    let output = Command::new(helm::program())
        .args(["template", "x", "."])
        .current_dir(chart.root())
        .output()
        .expect("helm runs");
    let answers = String::from_utf8(output.stdout).expect("helm writes UTF-8");
    for (at, number) in numbers.iter().enumerate() {
        let expected = format!("n{at}: \"{}\"", printed(number.parse().expect("a number")));
        assert!(
            answers.contains(&expected),
            "{number}: {expected} is not in\n{answers}"
        );
    }
}
