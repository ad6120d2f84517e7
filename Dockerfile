# syntax=docker/dockerfile:1
# docker build -t mediaserver . && docker run -p 1935:1935 -p 8080:8080 -v mediaserver:/data mediaserver
# Seen from inside a container every publisher is another machine: see docs/operations.md, "In a container".

FROM node:22-bookworm-slim AS console
WORKDIR /source
COPY build build
COPY src/Server/Console src/Server/Console
RUN ["bash", "-c", ". build/common.sh && build_console"]

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
COPY --from=console /source/src/Server/wwwroot src/Server/wwwroot
RUN dotnet restore src/Server --locked-mode && dotnet publish src/Server --configuration Release --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
ENV MEDIASERVER_Server__DataFolder=/data
RUN mkdir /data && chown "$APP_UID" /data
VOLUME /data
USER $APP_UID
EXPOSE 1935 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["./mediaserver", "--healthcheck"]
ENTRYPOINT ["./mediaserver"]
