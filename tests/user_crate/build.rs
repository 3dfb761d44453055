fn main() -> Result<(), shmgen::Error> {
    shmgen::Builder::new()
        .schema("thermostat.toml")
        .type_attribute("Reading", "#[derive(Eq, Hash)]")
        .generate()
}
