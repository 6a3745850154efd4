# One worker image: glibc base (the Temporal SDK's native library needs it), non-root.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates ffmpeg \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node /state /media
WORKDIR /app
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/dist ./dist
COPY --from=build --chown=node:node /app/simulator/model ./simulator/model
COPY --from=build --chown=node:node /app/package.json ./package.json
ENV NODE_ENV=production \
    VIDEOQA_HOME=/state \
    MALLOC_ARENA_MAX=2
USER node
VOLUME ["/state", "/media"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["worker", "--role", "all"]
