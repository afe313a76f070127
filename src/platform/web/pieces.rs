//! Answers that are longer than one piece.

use axum::{
    BoxError,
    body::{Body, Bytes},
};
use futures_util::{Stream, StreamExt as _, stream};

/// A body whose first piece is there and whose rest comes. It may be asked again after its end, as
/// compression does: streams that are unfolded would panic.
pub fn body<P, E>(first: P, rest: impl Stream<Item = Result<P, E>> + Send + 'static) -> Body
where
    P: Into<Bytes> + Send + 'static,
    E: Into<BoxError> + Send + 'static,
{
    Body::from_stream(stream::iter([Ok(first)]).chain(rest.fuse()))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[tokio::test]
    async fn the_end_may_be_asked_for_again() {
        let rest = stream::unfold(1, |n| async move { (n < 3).then(|| (Ok::<_, Infallible>(format!("{n}")), n + 1)) });
        let mut pieces = body("0".to_owned(), rest).into_data_stream();
        let mut all = Vec::new();
        while let Some(piece) = pieces.next().await {
            all.extend(piece.expect("a piece"));
        }
        assert_eq!(all, b"012");
        assert!(pieces.next().await.is_none() && pieces.next().await.is_none());
    }
}
