//! `#[shm(range = 1..=10)]`: how it is read, and what has the compiler check that
//! its ends are numbers of the field's type.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Error, Lit, LitFloat, LitInt, Path, Result, Token, Type};

/// A range as it is written.
pub(crate) struct Range {
    min: Option<End>,
    max: Option<End>,
    pub(crate) span: Span,
}

/// An end of it: its sign, and its digits without a suffix.
struct End {
    negative: Option<Token![-]>,
    number: Lit,
}

impl Parse for Range {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let span = input.span();
        let min = if input.peek(Token![..=]) || input.peek(Token![..]) {
            None
        } else {
            Some(input.parse()?)
        };
        let max = if input.peek(Token![..=]) {
            input.parse::<Token![..=]>()?;
            Some(input.parse()?)
        } else {
            let dots: Token![..] = input.parse()?;
            if min.is_none() || !input.is_empty() && !input.peek(Token![,]) {
                return Err(Error::new(
                    dots.span(),
                    "a range includes its ends: write `min..=max`, `min..` or `..=max`",
                ));
            }
            None
        };
        Ok(Self { min, max, span })
    }
}

impl Parse for End {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let negative = input.parse()?;
        let number = match input.parse()? {
            Lit::Int(int) => Lit::Int(LitInt::new(int.base10_digits(), int.span())),
            Lit::Float(float) => Lit::Float(LitFloat::new(float.base10_digits(), float.span())),
            other => return Err(Error::new(other.span(), "the end of a range is a number")),
        };
        Ok(Self { negative, number })
    }
}

impl End {
    fn tokens(&self) -> TokenStream {
        let (negative, number) = (&self.negative, &self.number);
        quote! { #negative #number }
    }
}

/// The ends as shm-runtime takes them.
pub(crate) fn bounds(range: Option<&Range>, krate: &Path) -> (TokenStream, TokenStream) {
    let bound = |end: Option<&End>| {
        let Some(end) = end else { return quote! { ::core::option::Option::None } };
        let kind = match end.number {
            Lit::Float(_) => quote! { Float },
            _ => quote! { Integer },
        };
        let number = end.tokens();
        quote! { ::core::option::Option::Some(#krate::__private::Bound::#kind(#number)) }
    };
    (
        bound(range.and_then(|range| range.min.as_ref())),
        bound(range.and_then(|range| range.max.as_ref())),
    )
}

/// Has the compiler refuse ends that are no numbers of the field's type, or of
/// its elements', and ranges without a number in them.
pub(crate) fn check(range: &Range, ty: &Type) -> Result<TokenStream> {
    let mut element = ty;
    while let Type::Array(array) = element {
        element = &array.elem;
    }
    // Where a name tells it, in plainer words than the compiler's.
    let name = match element {
        Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()),
        _ => None,
    };
    if matches!(name.as_deref(), Some("Bool" | "Str")) {
        return Err(Error::new(range.span, "numbers have a range, and arrays of numbers"));
    }
    let ends: Vec<&End> = [&range.min, &range.max].into_iter().flatten().collect();
    let (first, last) = (ends.first().map(|e| e.tokens()), ends.last().map(|e| e.tokens()));
    // What a literal that is too large becomes is another number.
    let held = ends.iter().map(|end| {
        let number = end.tokens();
        match end.number {
            Lit::Float(_) => quote! { { const END: #element = #number; END - END == 0.0 } },
            _ => quote! { { const END: #element = #number; END as i128 == #number } },
        }
    });
    // In the place where it is written, and yet known to lints as generated.
    let span = Span::mixed_site().located_at(range.span);
    Ok(quote_spanned! { span =>
        const _: () = {
            const MIN: #element = #first;
            const MAX: #element = #last;
            #(::core::assert!(#held, "the type does not hold the end of this range");)*
            ::core::assert!(MIN <= MAX, "no number is within this range");
        };
    })
}
