//! `#[derive(SharedLayout)]`, which shm-runtime re-exports.
//!
//! The derive checks what can be seen in the tokens, and hands the fields to a
//! macro of shm-runtime, which has the compiler check the rest. So this crate
//! knows nothing of layouts, and no `unsafe` lands in the user's crate.

mod generated;
mod range;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use range::Range;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Field, Fields, LitInt, LitStr, Path, Result, Type};

/// Makes a struct fit for shared memory.
///
/// The struct must be `#[repr(C)]`, `Copy`, without type parameters and
/// without padding; its fields are numbers, arrays, `shm_runtime::Bool`,
/// `shm_runtime::Str<N>`, `shm_runtime::List<T, N>`, `shm_runtime::Optional<T>`,
/// or types that derive `SharedLayout` themselves or come from a schema.
///
/// Attributes of a field:
///
/// - `#[shm(unit = "ns")]`: its unit of measure, which is part of the contract;
/// - `#[shm(range = 1..=10)]`, also `1..` and `..=10`: the numbers that belong
///   into it or into each element of an array, which is part of the contract;
/// - `#[shm(bytes)]` on a `[u8; N]`: it is `bytes[N]`, not `u8[N]`;
/// - `#[shm(reserved)]`: it only fills a gap; keep it zero;
/// - `#[shm(reserved, was = "old")]`: it does so where that field lay in an
///   earlier version, which is part of the contract. There may be several.
///
/// Attributes of the struct:
///
/// - `#[shm(extent = 128)]`: it has this many bytes, and those behind its last
///   field, marked `#[shm(reserved)]`, are kept free for later versions;
/// - `#[shm(crate = path)]` where shm-runtime has another name.
#[proc_macro_derive(SharedLayout, attributes(shm))]
pub fn shared_layout(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// What `shm_runtime::include_schema!` is made of: includes the file of that
/// name that the build script generated, or says which there are.
#[doc(hidden)]
#[proc_macro]
pub fn __include_generated(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let name = syn::parse_macro_input!(input as syn::Ident);
    generated::include(&name).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "only a struct can be shared: an enum or a union has bit patterns that are invalid, \
             and another process may write any; use a newtype around an integer",
        ));
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new(
            input.generics.span(),
            "a shared struct has no parameters: its layout is one and the same in every program",
        ));
    }
    if !has_repr_c(&input.attrs)? {
        return Err(Error::new(
            input.ident.span(),
            "a shared struct is laid out as in C: add #[repr(C)]",
        ));
    }
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new(
            input.ident.span(),
            "a shared struct has named fields: their names are part of the contract",
        ));
    };
    if fields.named.is_empty() {
        return Err(Error::new(input.ident.span(), "a shared struct has at least one field"));
    }
    let Attributes { krate, extent } = Attributes::of(&input.attrs)?;
    let name = &input.ident;
    let names: Vec<String> =
        fields.named.iter().flat_map(|f| &f.ident).map(|n| n.unraw().to_string()).collect();
    let mut errors: Option<Error> = None;
    let mut described = TokenStream::new();
    let mut checks = TokenStream::new();
    for field in &fields.named {
        match describe(field, &names, &krate) {
            Ok((tokens, check)) => {
                described.extend(tokens);
                checks.extend(check);
            }
            Err(error) => match &mut errors {
                Some(all) => all.combine(error),
                None => errors = Some(error),
            },
        }
    }
    if let Some(errors) = errors {
        return Err(errors);
    }
    let sizes = fields.named.iter().map(check_size);
    let has_extent = extent.is_some();
    let extent = extent.map(|extent| {
        quote_spanned! { extent.span() =>
            const _: () = ::core::assert!(
                ::core::mem::size_of::<#name>() == #extent,
                "the struct is not of the size of its extent: end it with a field of the bytes \
                 that are missing, marked #[shm(reserved)]",
            );
        }
    });
    Ok(quote! {
        #(#sizes)*
        #checks
        #extent
        #krate::__derived_struct! { #name, fields { #described }, extent #has_extent }
    })
}

/// `field: Type, kind, "unit", min, max, ["was"];`, as the macro of shm-runtime takes it; and
/// what the compiler is to check besides.
fn describe(
    field: &Field,
    names: &[String],
    krate: &Path,
) -> Result<(TokenStream, Option<TokenStream>)> {
    if let Some(hint) = hint(&field.ty) {
        return Err(Error::new(field.ty.span(), hint));
    }
    let mut unit = String::new();
    let mut kind = "Plain";
    let mut range: Option<Range> = None;
    let mut was: Vec<LitStr> = Vec::new();
    for attribute in field.attrs.iter().filter(|a| a.path().is_ident("shm")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("unit") {
                unit = meta.value()?.parse::<LitStr>()?.value();
            } else if meta.path.is_ident("range") {
                range = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("was") {
                was.push(meta.value()?.parse()?);
            } else if meta.path.is_ident("bytes") {
                kind = "Bytes";
            } else if meta.path.is_ident("reserved") {
                kind = "Reserved";
            } else {
                return Err(
                    meta.error("expected `unit = \"..\"`, `range = 1..=10`, `bytes`, `reserved` or `was = \"..\"`")
                );
            }
            Ok(())
        })?;
    }
    if kind != "Plain" && !is_byte_array(&field.ty) {
        return Err(Error::new(field.ty.span(), "this attribute is for arrays of u8: [u8; N]"));
    }
    if kind != "Plain" {
        if let Some(range) = &range {
            return Err(Error::new(range.span, "bytes have no range; a number has"));
        }
    }
    if let Some(was) = was.iter().find(|was| kind != "Reserved" || names.contains(&was.value())) {
        return Err(Error::new(
            was.span(),
            "`was` is for bytes marked `reserved`, and names a field that is no more",
        ));
    }
    let name = &field.ident;
    let ty = &field.ty;
    let (min, max) = range::bounds(range.as_ref(), krate);
    let kind = syn::Ident::new(kind, Span::call_site());
    let check = range.map(|range| range::check(&range, ty)).transpose()?;
    Ok((quote! { #name: #ty, #kind, #unit, #min, #max, [#(#was),*]; }, check))
}

/// Has the compiler refuse fields that take no bytes, as a schema does.
fn check_size(field: &Field) -> TokenStream {
    let ty = &field.ty;
    quote_spanned! { ty.span() =>
        const _: () = ::core::assert!(
            ::core::mem::size_of::<#ty>() > 0,
            "a field of no bytes has no place in a contract; leave it out",
        );
    }
}

/// What to use instead of types that people try and that cannot be shared.
fn hint(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Array(array) => return hint(&array.elem),
        Type::Reference(_) | Type::Ptr(_) => {
            return Some("an address means nothing in another process; share the value itself");
        }
        _ => {}
    }
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    // A schema may have types of these names: `market::Option`, `market::String`.
    let first = &path.path.segments.first()?.ident;
    let std = first == "std" || first == "core" || first == "alloc";
    if path.path.segments.len() > 1 && !std {
        return None;
    }
    let has_arguments = !last.arguments.is_empty();
    Some(match last.ident.to_string().as_str() {
        "bool" => "another process may write a 2 here; use shm_runtime::Bool",
        "char" => "not every number is a char; use u32",
        "usize" => "its size depends on the target; use u64",
        "isize" => "its size depends on the target; use i64",
        "String" | "str" => "text on the heap cannot be shared; use shm_runtime::Str<N>",
        "Vec" | "Box" | "Rc" | "Arc" if has_arguments => {
            "memory of this process cannot be shared; use an array or shm_runtime::List<T, N>"
        }
        "Option" if has_arguments => {
            "its layout is the compiler's secret; use shm_runtime::Optional<T>"
        }
        _ => return None,
    })
}

fn is_byte_array(ty: &Type) -> bool {
    matches!(ty, Type::Array(array)
        if matches!(&*array.elem, Type::Path(p) if p.path.is_ident("u8")))
}

fn has_repr_c(attributes: &[Attribute]) -> Result<bool> {
    let mut found = false;
    for attribute in attributes.iter().filter(|a| a.path().is_ident("repr")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("C") {
                found = true;
            } else if meta.path.is_ident("packed") {
                return Err(meta.error(
                    "a packed struct is laid out by hand; reorder its fields or reserve the gaps",
                ));
            }
            // `align(64)`: skip the number.
            if meta.input.peek(syn::token::Paren) {
                let content;
                syn::parenthesized!(content in meta.input);
                content.parse::<TokenStream>()?;
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// What is said of the struct.
struct Attributes {
    krate: Path,
    extent: Option<LitInt>,
}

impl Attributes {
    fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self { krate: syn::parse_quote!(::shm_runtime), extent: None };
        for attribute in attributes.iter().filter(|a| a.path().is_ident("shm")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("crate") {
                    found.krate = meta.value()?.parse()?;
                } else if meta.path.is_ident("extent") {
                    found.extent = Some(meta.value()?.parse()?);
                } else {
                    return Err(meta.error("expected `crate = path` or `extent = 128`"));
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}
