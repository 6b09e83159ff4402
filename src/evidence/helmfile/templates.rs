//! Templates of values: `values.yaml.gotmpl` of a release.
//!
//! What a template gives has names here, and no place in a file: nothing checks these values, and that is said.

use super::situation::Situation;
use super::unread;
use super::walk::Walk;
use crate::evidence::holes::shown;
use crate::evidence::nodes::leaves;
use crate::evidence::template::Data;
use crate::masking::{ObjectName, Said, text as said_text};

impl Walk<'_, '_> {
    /// Whether a file has anything to evaluate; without, it is values as any other.
    pub(super) fn is_template(&self, path: &str) -> bool {
        path.ends_with(".gotmpl")
            && self
                .reader
                .text(path)
                .is_none_or(|text| text.contains("{{"))
    }

    /// The names of the values that a template gives to a release, as `--set` has them.
    pub(super) fn template(
        &mut self,
        path: &str,
        release: &str,
        about: &Data,
        situation: &Situation,
    ) -> Vec<String> {
        let text = self.reader.text(path).unwrap_or_default();
        let evaluated = situation.file(&self.reader.home(path), &text, Some(about));
        let name = shown(release);
        let reason = match &evaluated {
            Ok(_) => said_text!(
                "a template of values of `{}`: envlint knows which values it gives, and does not check them",
                ObjectName(&name)
            ),
            Err(failure) => said_text!(
                "a template of values of `{}` that envlint cannot evaluate, so its values are not checked: {}",
                ObjectName(&name),
                Said(shown(&failure.reason))
            ),
        };
        let failure = evaluated.as_ref().err();
        let place = failure.and_then(|failure| failure.place);
        self.said.unread.push(unread(path, place, reason));
        self.said.templates.insert(path.to_owned());
        let text = match evaluated {
            Ok(evaluated) => evaluated.text,
            Err(_) => situation.lenient(&text),
        };
        let document = self.reader.document(&text);
        document.root().map(leaves).unwrap_or_default()
    }
}
