fn main() -> Result<(), shmgen::Error> {
    shmgen::Builder::new().schema("../market.toml").generate()
}
