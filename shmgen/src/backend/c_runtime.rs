pub(super) fn header() -> String {
    String::new()
}
