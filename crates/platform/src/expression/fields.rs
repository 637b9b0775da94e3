//! A set of person fields in one word, for it is compared for every field of every record.

use std::collections::BTreeSet;

use model::Field;

/// A set of person fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSet(u32);

impl FieldSet {
    pub fn one(field: Field) -> Self {
        FieldSet(1 << field as u32)
    }

    pub fn of<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Self {
        fields.into_iter().fold(FieldSet::default(), |set, field| set | FieldSet::one(*field))
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn meets(self, other: FieldSet) -> bool {
        self.0 & other.0 != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(move |field| self.meets(FieldSet::one(*field)))
    }

    pub fn to_set(self) -> BTreeSet<Field> {
        self.iter().collect()
    }

    /// The field, if there is exactly one.
    pub fn only(self) -> Option<Field> {
        self.0.is_power_of_two().then(|| self.iter().next()).flatten()
    }
}

impl std::ops::BitOr for FieldSet {
    type Output = FieldSet;

    fn bitor(self, other: FieldSet) -> FieldSet {
        FieldSet(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for FieldSet {
    fn bitor_assign(&mut self, other: FieldSet) {
        self.0 |= other.0;
    }
}
