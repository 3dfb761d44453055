pub(super) fn header(_: &crate::model::Schema) -> String {
    String::new()
}
