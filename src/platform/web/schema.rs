//! How kernel words look in the OpenAPI document.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

use crate::kernel::{
    actor::{Plan, Role},
    id::{Id, Kind},
    page::{Limit, MAX_LIMIT},
    text::{BlockId, ClientKey, Email, GroupName, Label, Language, Line, PersonName, Slug, Summary, Title},
    time::{Day, Moment, Timestamp, Zone},
};

impl<K: Kind> PartialSchema for Id<K> {
    fn schema() -> RefOr<Schema> {
        let pattern = format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{12}}$", K::PREFIX);
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).into()
    }
}
impl<K: Kind> ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Id_{}", K::PREFIX))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new()
            .schema_type(Type::Number)
            .minimum(Some(0.0))
            .maximum(Some(86_400.0));
        number.description(Some("Seconds from the beginning of a video.")).into()
    }
}
impl ToSchema for Moment {}

impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MAX_LIMIT));
        number.into()
    }
}
impl ToSchema for Limit {}

macro_rules! strings {
    ($($name:ident: $build:expr;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let build: fn(ObjectBuilder) -> ObjectBuilder = $build;
                build(ObjectBuilder::new().schema_type(Type::String)).into()
            }
        }
        impl ToSchema for $name {}
    )*};
}

strings! {
    Timestamp: |o| o.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    Day: |o| o.format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    Zone: |o| o.description(Some("An IANA time zone, such as Europe/Lisbon."));
    Email: |o| o.format(Some(SchemaFormat::KnownFormat(KnownFormat::Email))).max_length(Some(254));
    PersonName: |o| o.min_length(Some(1)).max_length(Some(80));
    Title: |o| o.min_length(Some(1)).max_length(Some(120));
    Summary: |o| o.max_length(Some(300));
    GroupName: |o| o.min_length(Some(1)).max_length(Some(80));
    Label: |o| o.min_length(Some(1)).max_length(Some(40));
    Language: |o| o.max_length(Some(20)).description(Some("A language tag, such as en or pt-BR."));
    Line: |o| o.max_length(Some(200));
    ClientKey: |o| o.pattern(Some("^[0-9A-Za-z_-]+$")).min_length(Some(8)).max_length(Some(64));
    BlockId: |o| o.pattern(Some("^[0-9a-z]{10}$"));
    Slug: |o| o.pattern(Some("^[a-z0-9]+(-[a-z0-9]+)*$")).max_length(Some(80));
    Role: |o| o.enum_values(Some(["learner", "instructor", "admin"]));
    Plan: |o| o.enum_values(Some(["free", "premium"]));
}
