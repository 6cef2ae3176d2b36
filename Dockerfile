# HubStorage in one container. Targets: the service (the default) and "demo", an S3 server with buckets that keep changing.
#
#   docker build -t hubstorage .
#
# Layers, from the one that changes least to the one that changes most: the system, the Java runtime, the libraries, our own program,
# and an AOT cache trained on a backup with all of these.

# As pom.xml has it; a release says its own.
ARG VERSION=1.0.0-SNAPSHOT

# The system: Debian's packages, unpacked, as far as the health check and whoever looks in need them: bash and the core tools, and
# openssl for a check that goes by https. Nothing that installs packages; what each is stands where scanners look for it.
FROM debian:trixie-slim AS system
WORKDIR /packages
RUN apt-get update \
    && apt-get download $(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
            --no-enhances base-files bash coreutils dash findutils grep libc-bin openssl sed \
        | grep '^[a-z]' \
        | grep -vE '^(c?debconf|libdebconf|perl|dpkg|tar|install-info|mawk|gawk|original-awk|libmpfr|libsigsegv|libreadline|readline)' \
        | sort -u) \
    && mkdir -p /system/var/lib/dpkg/status.d \
    && for package in *.deb; do \
        dpkg-deb --extract "$package" /system \
        && dpkg-deb --field "$package" >"/system/var/lib/dpkg/status.d/$(dpkg-deb --field "$package" Package)" || exit; \
    done \
    && cp /etc/passwd /etc/group /system/etc/ \
    && ln -sf dash /system/usr/bin/sh \
    && cd /system/usr \
    && rm -rf lib/*/gconv share/locale share/man share/info share/bash-completion \
    && find share/doc -type f ! -name copyright -delete \
    && find /system -perm /6000 -type f -exec chmod a-s {} + \
    && ldconfig -r /system

# The Java runtime: what the libraries ask for (jdeps), of which java.desktop is for java.beans alone and comes without its native
# parts and without what neither java.beans nor FreeMarker names; a package that a module exports must not be empty, so one class of each
# stays. What the AOT cache does not hold is seldom read, so it is compressed.
FROM maven:3.9-eclipse-temurin-25 AS runtime
RUN jimage list --include 'regex:/java.desktop/.*' "$JAVA_HOME/lib/modules" \
        | awk '/^    / { folder = $1; sub("/[^/]*$", "", folder); \
            if (seen[folder]++ && folder !~ "^(java|com/sun/beans|javax/swing/tree)(/|$)") print "/java.desktop/" $1 }' >/tmp/desktop \
    && test -s /tmp/desktop \
    && jlink --output /opt/jre --strip-java-debug-attributes --no-man-pages --no-header-files --compress zip-9 \
        --exclude-resources=@/tmp/desktop \
        --add-modules java.base,java.desktop,java.logging,java.management,java.naming,java.security.jgss,java.sql,java.xml \
        --add-modules jdk.incubator.vector,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs \
    && cd /opt/jre/lib \
    && rm -f libawt*.so libfontmanager.so libfreetype.so libmlib_image.so liblcms.so libjsound.so libjavajpeg.so libsplashscreen.so psfont*

# The libraries, and what Maven needs to compile: as long as pom.xml stays the same, all of this comes from the cache.
FROM maven:3.9-eclipse-temurin-25 AS libraries
WORKDIR /src
COPY pom.xml ./
# A class to compile makes Maven fetch the compiler's plug-ins too. Of Hazelcast there is what pom.xml does not call unused.
RUN mkdir -p src/main/java/seed \
    && echo 'package seed; final class Seed {}' >src/main/java/seed/Seed.java \
    && mvn -B -q -ntp compile jar:jar dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/app/lib \
    && mvn -B -q -ntp dependency:unpack-dependencies -DincludeArtifactIds=hazelcast -DoutputDirectory=/tmp/hazelcast \
    && jar cfM "$(ls /app/lib/hazelcast-*.jar)" -C /tmp/hazelcast . \
    && rm -rf src target /tmp/hazelcast
# The one native library, so that no JVM has to unpack it to /tmp; its jar then needs it for no platform, and calls it by JNI: the
# classes for Java 22 and newer spin a hundred others for it at each start. By what vertx-hazelcast offers itself, Vert.x would load
# Hazelcast at every start. picocli's are too old for an AOT cache as they are. The files' times are part of a layer's content, and
# the AOT cache checks them.
COPY docker/StackMaps.java /tmp/
RUN mkdir /app/native \
    && cd /app/native \
    && case $(uname -m) in x86_64) platform=amd64 ;; *) platform=$(uname -m) ;; esac \
    && jar xf /app/lib/zstd-jni-*.jar "linux/$platform" \
    && mv linux/*/libzstd-jni-*.so libzstd-jni.so \
    && rm -r linux \
    && mkdir /tmp/zstd && cd /tmp/zstd \
    && jar xf /app/lib/zstd-jni-*.jar \
    && find . -name 'libzstd-jni-*' -delete \
    && rm -r META-INF/versions \
    && jar cfM "$(ls /app/lib/zstd-jni-*.jar)" . \
    && mkdir /tmp/cluster && cd /tmp/cluster \
    && jar xf /app/lib/vertx-hazelcast-*.jar \
    && rm -r META-INF/services default-cluster.xml \
    && jar cfM "$(ls /app/lib/vertx-hazelcast-*.jar)" . \
    && cd /app/lib && rm -r /tmp/zstd /tmp/cluster \
    && java /tmp/StackMaps.java picocli-*.jar \
    && chmod -R u=rwX,go=rX /app \
    && find /app -exec touch -h -d 2026-11-01T00:00:00Z {} +

# Our own classes and resources.
FROM libraries AS program
COPY conf conf
COPY webroot webroot
COPY src/main src/main
ARG VERSION
RUN mvn -o -B -q "-Drevision=$VERSION" compile jar:jar \
    && mkdir /app/program \
    && mv target/hubstorage-*.jar /app/program/hubstorage.jar \
    && touch -d 2026-11-01T00:00:00Z /app/program/hubstorage.jar /app/program

FROM scratch AS base
COPY --from=system /system /
COPY --from=runtime /opt/jre /opt/jre
# Java names files in the locale's charset; the user need not exist, so its home is told.
ENV JAVA_HOME=/opt/jre PATH=/opt/jre/bin:/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8

# The training needs the very Java runtime of the service, and everything at its final place. A process with the module of the
# vectors in it would make no cache; it is there when the same is done with the cache, which fails where a JVM cannot use it.
FROM base AS training
COPY --from=libraries /app/native /app/native
COPY --from=libraries /app/lib /app/lib
COPY --from=program /app/program /app/program
COPY docker/jvm.args /
RUN mkdir /app/aot \
    && cd /app/aot \
    && (cat /jvm.args && echo "-cp $(printf '%s:' /app/lib/*.jar)/app/program/hubstorage.jar") >/training.args \
    && (cat /training.args && echo "-XX:AOTCache=/app/aot/hubstorage.aot") >service.args \
    && java @/training.args -XX:AOTCacheOutput=/app/aot/hubstorage.aot -Xmx256m -Dhubstorage.vectors=off -Xlog:aot=error,cds=error \
        io.hubstorage.launch.Rehearsal /tmp/rehearsal \
    && test -s hubstorage.aot \
    && java @service.args -XX:AOTMode=on io.hubstorage.launch.Rehearsal /tmp/used \
    && java @service.args io.hubstorage.Main man --to /app/man \
    && touch -d 2026-11-01T00:00:00Z hubstorage.aot service.args . /app/man /app/man/*

# The demo's S3 server: from the testkit, what it needs and no more.
FROM program AS demo-program
RUN mvn -o -B -q dependency:copy-dependencies -DincludeScope=test -DoutputDirectory=/app/demo/lib \
        -DexcludeArtifactIds=playwright,driver,driver-bundle,linux-amd64,linux-arm64,client-java-api \
    && cd /app/lib && for jar in *.jar; do rm -f "/app/demo/lib/$jar"; done
COPY src/testkit/java src/testkit/java
COPY src/demo/java src/demo/java
RUN javac -nowarn -proc:none -cp '/app/lib/*:/app/demo/lib/*:target/classes' -sourcepath src/testkit/java:src/demo/java \
        -d /app/demo/classes src/demo/java/io/hubstorage/demo/DemoS3.java

FROM base AS demo
ENV HOME=/tmp
COPY --from=libraries /app/native /app/native
COPY --from=libraries /app/lib /app/lib
COPY docker/jvm.args /app/
COPY --from=demo-program /app/demo /app/demo
COPY --from=program /app/program /app/program
USER 10001:10001
EXPOSE 9000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s CMD ["test", "-f", "/tmp/buckets-are-filled"]
ENTRYPOINT ["java", "@/app/jvm.args", "-cp", "/app/demo/classes:/app/program/*:/app/demo/lib/*:/app/lib/*", "io.hubstorage.demo.DemoS3"]

FROM base AS service
ENV HOME=/app DOCKER_MODE=true MALLOC_ARENA_MAX=2
# Any user may write there: a named volume takes these permissions over, and a NAS share wants a user of its own.
RUN mkdir -p /app && mkdir -m 0777 /app/config /app/data /app/logs
# What a certificate of its own is asked for and made with, see docker/healthcheck.
RUN command -v openssl && command -v keytool
COPY --chmod=0755 docker/hubstorage docker/healthcheck /usr/local/bin/
COPY --from=libraries /app/native /app/native
COPY --from=libraries /app/lib /app/lib
COPY --from=program /app/program /app/program
COPY --from=training /app/aot /app/aot
COPY --from=training /app/man /usr/share/man/man1
USER 10001:10001
WORKDIR /app
EXPOSE 5002
VOLUME ["/app/config", "/app/data", "/app/logs"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --start-interval=1s --retries=3 \
    CMD ["healthcheck"]
# In exec form: the JVM is the process that gets the signals.
ENTRYPOINT ["java", "@/app/aot/service.args", "io.hubstorage.Main"]
CMD ["serve"]

ARG VERSION
ARG REVISION=
ARG CREATED=
LABEL org.opencontainers.image.title="HubStorage" \
      org.opencontainers.image.description="Scheduled, proven, browsable copies of S3 buckets on your own disk" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
