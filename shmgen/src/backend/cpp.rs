pub(super) fn header(_: &crate::model::Schema) -> String {
    String::new()
}
pub(super) fn runtime() -> String {
    String::new()
}
