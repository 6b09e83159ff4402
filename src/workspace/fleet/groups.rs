//! What apps of a list share: groups, which add to other groups.

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_yaml::{Mapping, Path, Span, Spanned, from_node};

use super::Fleet;
use crate::masking::{Name, Text, text};
use crate::source::{Location, Problem, Source, nearest};
use crate::workspace::config::{FleetGroup, unreadable};

/// The groups of a list, and what all apps share.
#[derive(Debug, Default)]
pub(super) struct Groups {
    shared: Option<(FleetGroup, Path)>,
    named: BTreeMap<String, (FleetGroup, Path)>,
}

/// A layer of an app's settings.
#[derive(Debug)]
pub(super) struct Link<'g> {
    /// The group's name; none for what all apps share.
    pub name: Option<&'g str>,
    /// What it says.
    pub group: &'g FleetGroup,
    /// Where it is in the list.
    pub at: &'g Path,
}

/// Why an app has no settings.
#[derive(Debug)]
pub(super) struct Refused {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: Text,
    /// The name that was meant.
    pub near: Option<String>,
    /// The way out.
    pub help: &'static str,
}

impl Groups {
    /// The groups of a list; one with a mistake is said, and is none.
    pub(super) fn read(
        list: &Arc<Source>,
        map: &Mapping,
        start: &Path,
        fleet: &mut Fleet,
    ) -> Groups {
        let mut groups = Groups::default();
        for (key, node) in map.iter() {
            let known = ["shared", "groups", "apps"];
            match key.text() {
                "shared" => match from_node::<FleetGroup>(node) {
                    Ok(group) => groups.shared = Some((group, start.key("shared"))),
                    Err(error) => fleet.refuse(None, unreadable(list, &error)),
                },
                "groups" => {
                    for (name, node) in node.as_mapping().into_iter().flat_map(Mapping::iter) {
                        match from_node::<FleetGroup>(node) {
                            Ok(group) => {
                                let at = start.key("groups").key(name.text());
                                groups.named.insert(name.text().to_owned(), (group, at));
                            }
                            Err(error) => fleet.refuse(None, unreadable(list, &error)),
                        }
                    }
                }
                "apps" => {}
                other => fleet.refuse(
                    None,
                    Problem::located(
                        Location::new(list, key.span()),
                        text!("`{}` is not known in a list of apps", Name(other)),
                    )
                    .suggest_or(nearest(other, known), "known here: shared, groups, apps"),
                ),
            }
        }
        groups
    }

    /// The layers below an app's own settings, the lowest first; each group is there once.
    ///
    /// # Errors
    /// When a group is not there, or adds to itself.
    pub(super) fn chain<'g>(&'g self, item: &FleetGroup) -> Result<Vec<Link<'g>>, Refused> {
        let mut chain = Vec::new();
        if let Some((group, at)) = &self.shared {
            self.add_all(&group.groups, &mut Vec::new(), &mut chain)?;
            chain.push(Link {
                name: None,
                group,
                at,
            });
        }
        self.add_all(&item.groups, &mut Vec::new(), &mut chain)?;
        Ok(chain)
    }

    fn add_all<'g>(
        &'g self,
        names: &[Spanned<String>],
        on_the_way: &mut Vec<&'g str>,
        chain: &mut Vec<Link<'g>>,
    ) -> Result<(), Refused> {
        for name in names {
            let Some((known, (group, at))) = self.named.get_key_value(&name.value) else {
                let known = self.named.keys().map(String::as_str);
                return Err(Refused {
                    span: name.span,
                    message: text!("there is no group `{}`", Name(&name.value)),
                    near: nearest(&name.value, known).map(str::to_owned),
                    help: "add it under `groups:` of the list",
                });
            };
            if let Some(first) = on_the_way.iter().position(|other| other == known) {
                let mut circle = on_the_way.get(first..).unwrap_or_default().to_vec();
                circle.push(known);
                return Err(Refused {
                    span: name.span,
                    message: text!(
                        "the groups go round in a circle ({})",
                        Text::names(circle, " > ")
                    ),
                    near: None,
                    help: "remove one of these groups from the other",
                });
            }
            if chain.iter().any(|link| link.name == Some(known)) {
                continue;
            }
            on_the_way.push(known);
            self.add_all(&group.groups, on_the_way, chain)?;
            on_the_way.pop();
            chain.push(Link {
                name: Some(known),
                group,
                at,
            });
        }
        Ok(())
    }
}
