//! Generates the types of the tests' schemas.

fn main() -> Result<(), shmgen::Error> {
    shmgen::Builder::new()
        .schema("tests/schemas/everything.toml")
        .schema("tests/schemas/backends.toml")
        .generate()
}
