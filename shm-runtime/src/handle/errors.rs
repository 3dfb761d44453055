//! Errors of what is done for each message: small, and they say only why. Where one
//! becomes an [`Error`](crate::Error), as `?` does, it also says what was tried on
//! what; see [`place`](crate::handle::place).

/// Errors, each with the verb and the noun of its text, and its reasons: members of
/// [`ErrorKind`](crate::ErrorKind), each in words.
macro_rules! errors {
    ($(
        $(#[$doc:meta])*
        $name:ident, $verb:literal $what:literal { $( $(#[$vdoc:meta])* $variant:ident => $text:literal ),* $(,)? }
    )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name { $( $(#[$vdoc])* $variant ),* }

        impl $name {
            /// The same in the terms that every operation shares.
            pub const fn kind(self) -> $crate::ErrorKind {
                match self { $( Self::$variant => $crate::ErrorKind::$variant ),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $( Self::$variant => $text ),* })
            }
        }

        impl std::error::Error for $name {}

        /// With the object and the address of this thread's last failure, which
        /// is this one where `?` makes the error.
        impl From<$name> for $crate::Error {
            fn from(error: $name) -> Self {
                $crate::handle::place::explain($verb, $what, error.kind(), &error.to_string())
            }
        }
    )* };
}

pub(crate) use errors;
