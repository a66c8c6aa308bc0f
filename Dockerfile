# docker build -t dms-conformance .
# docker run --rm -v "$PWD/reports:/reports" -e DMS_TOKEN dms-conformance run --endpoint https://dms.example --project p1 --out /reports/gate
FROM node:24-slim AS build
WORKDIR /build
COPY . .
RUN npm ci && npm pack --pack-destination /tmp

FROM node:24-slim
COPY --from=build /tmp/dms-conformance-*.tgz /tmp/
RUN npm install --global --no-audit --no-fund /tmp/dms-conformance-*.tgz \
  && rm /tmp/dms-conformance-*.tgz \
  && mkdir /reports && chown node:node /reports
# Whoever mounts a directory there lets this user (1000) write into it, or runs the container with `--user "$(id -u)"`.
USER node
WORKDIR /reports
VOLUME /reports
ENTRYPOINT ["dms-conformance"]
CMD ["run"]
