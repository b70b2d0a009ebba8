# Vestibule in a container. docs/operating.md says how to run it, and which variables it needs.

FROM rust:1.95-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# Links the system's libpq, because it supports TLS.
RUN cargo build --release --locked --no-default-features

# The same Debian as above, because the program is linked to its libraries.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpq5 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /source/target/release/vestibule /usr/lib/vestibule/vestibule
# The program looks for this folder beside itself.
COPY static /usr/lib/vestibule/static
# A user without a name owns the data and nothing else. A new volume takes its owner and mode from
# this folder.
RUN ln -s ../lib/vestibule/vestibule /usr/bin/vestibule \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/vestibule
USER 10001:10001
WORKDIR /var/lib/vestibule
VOLUME /var/lib/vestibule

# This address is reachable from outside the container. So Vestibule starts only with a public https
# URL, a mail server and a sender.
ENV DATABASE_URL=sqlite:///var/lib/vestibule/vestibule.db \
    VESTIBULE_LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM

# The shell requests /healthz, so the image needs no HTTP client. If you change the port, also
# change it here.
HEALTHCHECK --interval=30s --timeout=3s --start-period=70s --retries=3 CMD ["bash", "-c", "\
    exec 3<>/dev/tcp/127.0.0.1/8080 \
    && printf 'GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 \
    && read -r _ status _ <&3 \
    && [ \"$status\" = 200 ]"]

ENTRYPOINT ["/usr/lib/vestibule/vestibule"]
CMD ["serve"]
