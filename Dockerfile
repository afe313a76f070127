# Builds the static binary and puts it alone into an image.
# Build: docker build -t momentum .     Run: docker run -p 8080:8080 -v momentum:/data momentum
FROM debian:trixie AS web
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web .
RUN npm run build

FROM rust:1.95-trixie AS build
WORKDIR /src
COPY . .
COPY --from=web /src/web/build web/build
# The flags: see scripts/build.
RUN RUSTFLAGS='-C target-feature=+crt-static --cfg getrandom_backend="linux_getrandom"' cargo build --profile dist --locked --bin momentum --target "$(rustc -vV | sed -n 's/^host: //p')" \
    && cp target/*/dist/momentum /momentum \
    && mkdir -p /empty/tmp && mkdir -m 700 /empty/data

FROM scratch
COPY --from=build /momentum /momentum
# /tmp is where packages of courses are unpacked.
COPY --from=build --chown=65532:65532 /empty /
USER 65532:65532
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/momentum"]
CMD ["serve", "--data", "/data", "--listen", "0.0.0.0:8080"]
