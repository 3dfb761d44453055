//! Generates the types of the tests' schemas.

fn main() -> Result<(), shmgen::Error> {
    shmgen::Builder::new()
        .schema("tests/schemas/everything.toml")
        .schema("tests/schemas/backends.toml")
        .schema("tests/schemas/keys.toml")
        .schema("tests/schemas/objects.toml")
        .schema("tests/schemas/pages.toml")
        .schema("tests/schemas/shapes.toml")
        .generate()
}
