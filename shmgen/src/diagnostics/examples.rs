//! For each code a piece of a schema that provokes it, and the same piece put
//! right. `shmgen explain` shows them; a test checks that they are what they
//! say.

use super::Code;

/// A mistake and its mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// What provokes the code.
    pub wrong: &'static str,
    /// How it could be written.
    pub right: &'static str,
}

impl Example {
    /// A whole schema that has this piece in it.
    pub fn schema(piece: &str) -> String {
        if piece.contains("[schema]") {
            return piece.to_owned();
        }
        format!("shmgen = 1\n\n[schema]\nname = \"example\"\nversion = \"1.0\"\n\n{piece}\n")
    }
}

impl Code {
    /// An example. What is wrong with the file as such (E001, E002), or with
    /// several of them, has commands in it instead of a piece of a schema.
    pub fn example(self) -> Option<Example> {
        let (_, wrong, right) = EXAMPLES.iter().find(|(code, ..)| *code == self)?;
        Some(Example { wrong, right })
    }
}

/// A struct and the begin of a segment of it, for what is wrong behind that.
macro_rules! queue {
    ($rest:literal) => {
        concat!("[struct.Tick]\nfield = [ { name = \"time\", type = \"u64\" } ]\n\n", $rest)
    };
}

const EXAMPLES: &[(Code, &str, &str)] = &[
    (Code::E001, "$ shmgen check markte.toml", "$ shmgen check market.toml"),
    (
        Code::E002,
        "$ file market.toml\nmarket.toml: ISO-8859 text",
        "$ iconv -f ISO-8859-1 -t UTF-8 market.toml > utf8.toml && mv utf8.toml market.toml",
    ),
    (
        Code::E003,
        "[struct.Tick]\nfield = [ { name = \"time\" type = \"u64\" } ]",
        "[struct.Tick]\nfield = [ { name = \"time\", type = \"u64\" } ]",
    ),
    (
        Code::E004,
        "[schema]\nname = \"acme.market\"\nversion = \"1.0\"",
        "shmgen = 1\n\n[schema]\nname = \"acme.market\"\nversion = \"1.0\"",
    ),
    (
        Code::E010,
        "[struct.Tick]\naling = 64\nfield = [ { name = \"time\", type = \"u64\" } ]",
        "[struct.Tick]\nalign = 64\nfield = [ { name = \"time\", type = \"u64\" } ]",
    ),
    (
        Code::E011,
        "[struct.Tick]\nfield = [ { name = \"time\", type = \"u64\", unit = 9 } ]",
        "[struct.Tick]\nfield = [ { name = \"time\", type = \"u64\", unit = \"ns\" } ]",
    ),
    (Code::E012, "[const.LEVELS]\nvalue = 10", "[const.LEVELS]\ntype = \"u32\"\nvalue = 10"),
    (
        Code::E013,
        "shmgen = 1\n\n[schema]\nname = \"acme.market\"\nversion = \"2\"",
        "shmgen = 1\n\n[schema]\nname = \"acme.market\"\nversion = \"2.0\"",
    ),
    (
        Code::E014,
        "[struct.Tick]\nfield = [ { name = \"time\", type = \"u64\", unit = \"ns\\t\" } ]",
        "[struct.Tick]\nfield = [ { name = \"time\", type = \"u64\", unit = \"ns\" } ]",
    ),
    (
        Code::E020,
        "[struct.Tick]\nfield = [ { name = \"best-bid\", type = \"i64\" } ]",
        "[struct.Tick]\nfield = [ { name = \"best_bid\", type = \"i64\" } ]",
    ),
    (
        Code::E021,
        "[struct.Tick]\nfield = [ { name = \"a\", type = \"u8\" }, { name = \"a\", type = \"u16\" } ]",
        "[struct.Tick]\nfield = [ { name = \"a\", type = \"u8\" }, { name = \"b\", type = \"u16\" } ]",
    ),
    (
        Code::E022,
        "[struct.Tick]\nfield = [ { name = \"class\", type = \"u8\" } ]",
        "[struct.Tick]\nfield = [ { name = \"asset_class\", type = \"u8\" } ]",
    ),
    (
        Code::E023,
        "[struct.Tick]\nfield = [ { name = \"price\", type = \"i64\" }, { name = \"Price\", type = \"i64\" } ]",
        "[struct.Tick]\nfield = [ { name = \"bid_price\", type = \"i64\" }, { name = \"ask_price\", type = \"i64\" } ]",
    ),
    (
        Code::E030,
        "[struct.Tick]\nfield = [ { name = \"time\", type = \"u65\" } ]",
        "[struct.Tick]\nfield = [ { name = \"time\", type = \"u64\" } ]",
    ),
    (
        Code::E031,
        "[struct.Tick]\nfield = [ { name = \"symbol\", type = \"str\" } ]",
        "[struct.Tick]\nfield = [ { name = \"symbol\", type = \"str[16]\" } ]",
    ),
    (
        Code::E032,
        "[const.LEVELS]\ntype = \"u32\"\nvalue = 10\n\n\
         [struct.Book]\nfield = [ { name = \"bids\", type = \"i64[LEVLES]\" } ]",
        "[const.LEVELS]\ntype = \"u32\"\nvalue = 10\n\n\
         [struct.Book]\nfield = [ { name = \"bids\", type = \"i64[LEVELS]\" } ]",
    ),
    (
        Code::E033,
        "[const.LEVELS]\ntype = \"f64\"\nvalue = 2.5\n\n\
         [struct.Book]\nfield = [ { name = \"bids\", type = \"i64[LEVELS]\" } ]",
        "[const.LEVELS]\ntype = \"u32\"\nvalue = 3\n\n\
         [struct.Book]\nfield = [ { name = \"bids\", type = \"i64[LEVELS]\" } ]",
    ),
    (
        Code::E034,
        "[struct.Node]\nfield = [ { name = \"next\", type = \"Node\" } ]",
        "[struct.Node]\nfield = [ { name = \"next\", type = \"u32\", doc = \"An index.\" } ]",
    ),
    (
        Code::E035,
        "[struct.Tick]\nfield = [ { name = \"levels\", type = \"i64[0]\" } ]",
        "[struct.Tick]\nfield = [ { name = \"levels\", type = \"i64[1]\" } ]",
    ),
    (
        Code::E036,
        "[struct.Image]\nfield = [ { name = \"pixels\", type = \"u32[100_000][100_000]\" } ]",
        "[struct.Image]\nfield = [ { name = \"pixels\", type = \"u32[1_000][1_000]\" } ]",
    ),
    (
        Code::E040,
        "[const.LEVELS]\ntype = \"u8\"\nvalue = 256",
        "[const.LEVELS]\ntype = \"u16\"\nvalue = 256",
    ),
    (
        Code::E041,
        "[enum.Side]\nrepr = \"u8\"\nvalue = [ { name = \"NONE\", number = -1 } ]",
        "[enum.Side]\nrepr = \"i8\"\nvalue = [ { name = \"NONE\", number = -1 } ]",
    ),
    (
        Code::E042,
        "[enum.Side]\nrepr = \"u8\"\nvalue = [ { name = \"BUY\", number = 1 }, { name = \"SELL\", number = 1 } ]",
        "[enum.Side]\nrepr = \"u8\"\nvalue = [ { name = \"BUY\", number = 1 }, { name = \"SELL\", number = 2 } ]",
    ),
    (
        Code::E043,
        "[flags.State]\nrepr = \"u8\"\nbit = [ { name = \"STALE\", bit = 8 } ]",
        "[flags.State]\nrepr = \"u8\"\nbit = [ { name = \"STALE\", bit = 7 } ]",
    ),
    (
        Code::E044,
        "[enum.Side]\nrepr = \"f32\"\nvalue = [ { name = \"BUY\", number = 1 } ]",
        "[enum.Side]\nrepr = \"u8\"\nvalue = [ { name = \"BUY\", number = 1 } ]",
    ),
    (
        Code::E045,
        "[struct.Tick]\nalign = 48\nfield = [ { name = \"time\", type = \"u64\" } ]",
        "[struct.Tick]\nalign = 64\nfield = [ { name = \"time\", type = \"u64\" } ]",
    ),
    (
        Code::E046,
        "[const.SLOTS]\ntype = \"u32\"\nvalue = \"2 ** 10\"",
        "[const.SLOTS]\ntype = \"u32\"\nvalue = \"1 << 10\"",
    ),
    (
        Code::E047,
        "[const.BIDS]\ntype = \"u32\"\nvalue = \"ASKS\"\n\n\
         [const.ASKS]\ntype = \"u32\"\nvalue = \"BIDS\"",
        "[const.BIDS]\ntype = \"u32\"\nvalue = 10\n\n\
         [const.ASKS]\ntype = \"u32\"\nvalue = \"BIDS\"",
    ),
    (
        Code::E048,
        "[const.RATIO]\ntype = \"f64\"\nvalue = 1.5\n\n\
         [const.SLOTS]\ntype = \"u32\"\nvalue = \"RATIO * 2\"",
        "[const.RATIO]\ntype = \"u32\"\nvalue = 3\n\n\
         [const.SLOTS]\ntype = \"u32\"\nvalue = \"RATIO * 2\"",
    ),
    (
        Code::E049,
        "[struct.Tick]\nfield = [ { name = \"time\", type = \"u64\", since = \"1.1\" } ]",
        "[struct.Tick]\nfield = [ { name = \"time\", type = \"u64\", since = \"1.0\" } ]",
    ),
    (
        Code::E050,
        "[struct.Order]\nfield = [ { name = \"limit\", type = \"u64??\" } ]",
        "[struct.Order]\nfield = [ { name = \"limit\", type = \"u64?\" } ]",
    ),
    (
        Code::E051,
        "[struct.Order]\nfield = [ { name = \"deep\", type = \
         \"u8[<=1]?[<=1]?[<=1]?[<=1]?[<=1]?[<=1]?[<=1]?[<=1]?[<=1]\" } ]",
        "[struct.Deep]\nfield = [ { name = \"deep\", type = \"u8[<=1]?[<=1]?[<=1]?[<=1]?\" } ]\n\n\
         [struct.Order]\nfield = [ { name = \"deep\", type = \"Deep[<=1]?[<=1]?[<=1]?[<=1]?[<=1]\" } ]",
    ),
    (
        Code::E060,
        queue!(
            "[segment.feed]\nname = \"acme/feed\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
        queue!(
            "[segment.feed]\nname = \"/acme.feed\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
    ),
    (
        Code::E061,
        queue!(
            "[segment.feed]\nbackend = \"sysv\"\nkey = 0\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
        queue!(
            "[segment.feed]\nbackend = \"sysv\"\nkey = 0x5348_0001\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
    ),
    (
        Code::E062,
        queue!(
            "[segment.feed]\nkey = 0x5348_0001\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
        queue!(
            "[segment.feed]\nbackend = \"sysv\"\nkey = 0x5348_0001\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
    ),
    (
        Code::E063,
        queue!(
            "[segment.feed]\nmode = 640\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
        queue!(
            "[segment.feed]\nmode = 0o640\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
    ),
    (
        Code::E064,
        queue!(
            "[segment.feed]\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 0 } ]"
        ),
        queue!(
            "[segment.feed]\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 1 } ]"
        ),
    ),
    (
        Code::E065,
        "[segment.feed]\n\
         object = [ { name = \"times\", kind = \"queue\", item = \"u64\", capacity = 64 } ]",
        queue!(
            "[segment.feed]\n\
             object = [ { name = \"times\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
    ),
    (
        Code::E066,
        "[segment.feed]\nobject = []",
        queue!(
            "[segment.feed]\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
    ),
    (
        Code::E067,
        queue!(
            "[segment.fast]\nname = \"/acme.feed\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]\n\n\
             [segment.slow]\nname = \"/acme.feed\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
        queue!(
            "[segment.fast]\nname = \"/acme.feed.fast\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]\n\n\
             [segment.slow]\nname = \"/acme.feed.slow\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
    ),
    (
        Code::E068,
        queue!(
            "[segment.feed]\nobject = [ { name = \"last\", kind = \"cell\", type = \"Tick\", capacity = 4 } ]"
        ),
        queue!(
            "[segment.feed]\nobject = [ { name = \"last\", kind = \"cell\", type = \"Tick\" } ]"
        ),
    ),
    (
        Code::E069,
        queue!(
            "[segment.feed]\nobject = [\n  { name = \"ticks\", kind = \"queue\", item = \"Tick\", \
             capacity = 64, lanes = 4 },\n]"
        ),
        queue!(
            "[segment.feed]\nobject = [\n  { name = \"ticks\", kind = \"queue\", item = \"Tick\", \
             capacity = 64, lanes = 4, producers = \"many\" },\n]"
        ),
    ),
    (
        Code::E080,
        "[struct.Tick]\nfield = [ { name = \"rates\", type = \"u32[2]\", default = 1 } ]",
        "[struct.Tick]\nfield = [ { name = \"rate\", type = \"u32\", default = 1 } ]",
    ),
    (
        Code::E081,
        "[struct.Tick]\nfield = [ { name = \"venue\", type = \"str[4]\", default = \"NASDAQ\" } ]",
        "[struct.Tick]\nfield = [ { name = \"venue\", type = \"str[4]\", default = \"XNAS\" } ]",
    ),
    (
        Code::E082,
        "[struct.Tick]\nfield = [ { name = \"venue\", type = \"str[4]\", range = { max = 9 } } ]",
        "[struct.Tick]\nfield = [ { name = \"venue\", type = \"u32\", range = { max = 9 } } ]",
    ),
    (
        Code::E083,
        "[struct.Tick]\nfield = [ { name = \"rate\", type = \"u8\", range = { min = 9, max = 1 } } ]",
        "[struct.Tick]\nfield = [ { name = \"rate\", type = \"u8\", range = { min = 1, max = 9 } } ]",
    ),
    (
        Code::E084,
        "[struct.Tick]\nextent = 60\nfield = [ { name = \"time\", type = \"u64\" } ]",
        "[struct.Tick]\nextent = 64\nfield = [ { name = \"time\", type = \"u64\" } ]",
    ),
    (
        Code::E085,
        "[struct.Tick]\nextent = 64\nfield = [ { name = \"times\", type = \"u64[9]\" } ]",
        "[struct.Tick]\nextent = 64\nfield = [ { name = \"times\", type = \"u64[8]\" } ]",
    ),
    (
        Code::E086,
        "[struct.Tick]\nassert = { size = 9 }\nfield = [ { name = \"side\", type = \"u8\" }, { name = \"time\", type = \"u64\" } ]",
        "[struct.Tick]\nassert = { size = 16 }\nfield = [ { name = \"side\", type = \"u8\" }, { name = \"time\", type = \"u64\" } ]",
    ),
    (
        Code::E087,
        "[struct.Tick]\nfield = [\n  { name = \"time\", type = \"u64\" },\n  { reserved = 8, was = [\"time\"] },\n]",
        "[struct.Tick]\nfield = [\n  { name = \"time\", type = \"u64\" },\n  { reserved = 8, was = [\"sent\"] },\n]",
    ),
    (
        Code::E090,
        queue!(
            "[segment.feed]\npages = \"32M\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
        queue!(
            "[segment.feed]\npages = \"2M\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
    ),
    (
        Code::E070,
        "$ ls\ncommon.toml market.toml\n$ grep imports market.toml\nimports = [\"comon.toml\"]",
        "$ grep imports market.toml\nimports = [\"common.toml\"]",
    ),
    (
        Code::E071,
        "$ grep imports market.toml common.toml\nmarket.toml:imports = [\"common.toml\"]\n\
         common.toml:imports = [\"market.toml\"]",
        "$ grep imports market.toml common.toml\nmarket.toml:imports = [\"common.toml\"]",
    ),
    (
        Code::E072,
        "$ grep imports market.toml\nimports = [\"common.toml\", \"vendor/common.toml\"]",
        "$ mv vendor/common.toml vendor/vendor.toml\n$ grep imports market.toml\n\
         imports = [\"common.toml\", \"vendor/vendor.toml\"]",
    ),
    (
        Code::E073,
        "$ grep type market.toml  # both imports have a Stamp\n\
         field = [ { name = \"time\", type = \"Stamp\" } ]",
        "$ grep type market.toml\nfield = [ { name = \"time\", type = \"common.Stamp\" } ]",
    ),
    (
        Code::E074,
        "$ shmgen gen shm_types.toml --out gen",
        "$ mv shm_types.toml market_types.toml\n$ shmgen gen market_types.toml --out gen",
    ),
    (
        Code::E091,
        "[segment.feed]\nobject = [ { name = \"log\", kind = \"ring\", bytes = 1_000_001 } ]",
        "[segment.feed]\nobject = [ { name = \"log\", kind = \"ring\", bytes = 1_000_008 } ]",
    ),
    (
        Code::E092,
        "[segment.feed]\nobject = [\n  { name = \"log\", kind = \"ring\", bytes = 65_536, \
         producers = \"many\", lanes = 0 },\n]",
        "[segment.feed]\nobject = [\n  { name = \"log\", kind = \"ring\", bytes = 65_536, \
         producers = \"many\", lanes = 16 },\n]",
    ),
    (
        Code::E093,
        "[segment.feed]\nobject = [ { name = \"log\", kind = \"ring\", bytes = 65_536, consumers = \"many\" } ]",
        "[segment.feed]\nobject = [ { name = \"log\", kind = \"ring\", bytes = 65_536, producers = \"many\" } ]",
    ),
    (
        Code::E094,
        queue!(
            "[segment.feed]\nobject = [ { name = \"latest\", kind = \"cell\", type = \"Tick\", count = 0 } ]"
        ),
        queue!(
            "[segment.feed]\nobject = [ { name = \"latest\", kind = \"cell\", type = \"Tick\", count = 64 } ]"
        ),
    ),
    (
        Code::E100,
        queue!(
            "[segment.feed]\nbackend = \"sysv\"\nid_file = \"\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
        queue!(
            "[segment.feed]\nbackend = \"sysv\"\nid_file = \"/run/acme/feed.id\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
    ),
    (
        Code::E101,
        queue!(
            "[segment.feed]\nowner = \"feed:feed\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
        queue!(
            "[segment.feed]\nowner = \"feed\"\ngroup = \"feed\"\n\
             object = [ { name = \"ticks\", kind = \"queue\", item = \"Tick\", capacity = 64 } ]"
        ),
    ),
    (
        Code::N002,
        "$ shmgen gen time.toml --out gen",
        "$ mv time.toml time_schema.toml\n$ shmgen gen time_schema.toml --out gen",
    ),
    (
        Code::N001,
        queue!(
            "[segment.feed]\nobject = [ { name = \"last\", kind = \"topic\", item = \"Tick\", capacity = 8 } ]"
        ),
        queue!(
            "[segment.feed]\nobject = [ { name = \"last\", kind = \"cell\", type = \"Tick\" } ]"
        ),
    ),
    (
        Code::L001,
        "[struct.Tick]\nfield = [ { name = \"bestBid\", type = \"i64\" } ]",
        "[struct.Tick]\nfield = [ { name = \"best_bid\", type = \"i64\" } ]",
    ),
    (
        Code::L002,
        "[struct.Tick]\nfield = [\n  { name = \"side\", type = \"u8\" },\n  \
         { name = \"price\", type = \"i64\" },\n  { name = \"venue\", type = \"u8\" },\n]",
        "[struct.Tick]\nfield = [\n  { name = \"price\", type = \"i64\" },\n  \
         { name = \"side\", type = \"u8\" },\n  { name = \"venue\", type = \"u8\" },\n]",
    ),
    (
        Code::L003,
        "[struct.Tick]\nfield = [\n  { name = \"venue\", type = \"str[16]\" },\n  \
         { name = \"symbol\", type = \"str[56]\" },\n  { name = \"time\", type = \"u64\" },\n]",
        "[struct.Tick]\nfield = [\n  { name = \"time\", type = \"u64\" },\n  \
         { name = \"symbol\", type = \"str[56]\" },\n  { name = \"venue\", type = \"str[16]\" },\n]",
    ),
    (
        Code::L004,
        "[struct.Tick]\nfield = [ { name = \"venue\", type = \"str[1]\" } ]",
        "[struct.Tick]\nfield = [ { name = \"venue\", type = \"str[4]\" } ]",
    ),
    (
        Code::L005,
        "[enum.Side]\nrepr = \"u8\"\nvalue = [ { name = \"BUY\", number = 1 } ]",
        "[enum.Side]\nrepr = \"u8\"\nvalue = [ { name = \"NONE\", number = 0 }, { name = \"BUY\", number = 1 } ]",
    ),
    (
        Code::L006,
        "[struct.Frame]\nfield = [ { name = \"pixels\", type = \"bytes[1000000]\" } ]\n\n[segment.camera]\nobject = [ { name = \"frames\", kind = \"queue\", item = \"Frame\", capacity = 2 } ]",
        "[struct.Frame]\nfield = [ { name = \"pixels\", type = \"bytes[1000000]\" } ]\n\n[segment.camera]\nobject = [ { name = \"frames\", kind = \"queue\", item = \"Frame\", capacity = 2, lint = { allow = [\"L006\"], reason = \"filled in place\" } } ]",
    ),
    (
        Code::L007,
        queue!(
            "[segment.feed]\nbackend = \"sysv\"\nid_file = \"feed.id\"\nmode = 0o640\nobject = [ { name = \"last\", kind = \"queue\", item = \"Tick\", capacity = 1 } ]"
        ),
        queue!(
            "[segment.feed]\nbackend = \"sysv\"\nkey = 0x5348_0001\nmode = 0o640\nobject = [ { name = \"last\", kind = \"queue\", item = \"Tick\", capacity = 1 } ]"
        ),
    ),
];
