//! Generates the types of the tests' schemas.

fn main() -> Result<(), shmgen::Error> {
    shmgen::Builder::new()
        .schema("../schemas/everything.toml")
        .schema("../schemas/backends.toml")
        .schema("../schemas/keys.toml")
        .schema("../schemas/objects.toml")
        .schema("../schemas/pages.toml")
        .schema("../schemas/shapes.toml")
        .schema("../schemas/steps.toml")
        .zerocopy()
        .generate()
}
