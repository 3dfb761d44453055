//! scratch
fn main() {
    let p = std::env::args().nth(1).unwrap();
    let c = shmgen::check_file(p.as_ref(), Default::default());
    match c.into_result() {
        Err(d) => {
            print!(
                "{}",
                shmgen::diagnostics::render(
                    &d,
                    Default::default(),
                    std::env::args().nth(2).is_some()
                )
            );
        }
        Ok(s) => {
            for (n, t) in
                shmgen::backend::generate(&s, &shmgen::backend::Language::ALL, &Default::default())
            {
                println!("=== {n}\n{t}");
            }
        }
    }
}
