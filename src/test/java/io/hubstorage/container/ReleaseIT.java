package io.hubstorage.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.Shell;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.junit.jupiter.Testcontainers;

/**
 * A whole release that goes nowhere: the workflow's own steps, with a registry on this machine, for the one platform that this
 * machine is. What signs and what makes the page on GitHub only notes what it was asked for.
 */
@Testcontainers(disabledWithoutDocker = true)
final class ReleaseIT {
    private static final String VERSION = "9.8.7-rc.1";
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final Duration MINUTES = Duration.ofMinutes(5);

    private static final String FAKE_COSIGN = """
        #!/usr/bin/env bash
        printf 'cosign %s\\n' "$*" >>"$CALLED"
        while [ $# -gt 0 ]; do
          if [ "$1" = --bundle ]; then echo '{}' >"$2"; fi
          shift
        done
        """;
    private static final String FAKE_GH = """
        #!/usr/bin/env bash
        printf 'gh %s\\n' "$*" >>"$CALLED"
        cp -r release notes.md "$PUBLISHED"
        """;

    @TempDir
    static Path folder;

    private static LocalRegistry registry;
    private static Path checkout;
    private static WorkflowRun release;
    private static String image;

    /** Once for all tests: it builds the jar and the image, which takes some minutes. */
    @BeforeAll
    static void release() throws IOException {
        Assumptions.assumeTrue(Boolean.getBoolean("hubstorage.release"), "only with -Dhubstorage.release=true");
        Assumptions.assumeTrue(LocalRegistry.isInstalled(), "docker-registry is not installed");
        registry = LocalRegistry.in(Files.createDirectory(folder.resolve("registry")));
        image = registry.name() + "/some-owner/hubstorage";
        checkout = checkout(folder.resolve("checkout"));
        release = new WorkflowRun(
                        Path.of(".github/workflows/release.yml"),
                        Files.createDirectory(folder.resolve("run")),
                        checkout,
                        environment())
                .with("github.ref_name", "v" + VERSION)
                .with("github.sha", COMMIT)
                .with("github.repository", "Some-Owner/HubStorage")
                .with("github.repository_owner", "Some-Owner")
                .with("github.actor", "somebody")
                .with("github.token", "")
                .with("vars.IMAGE_REGISTRY", registry.name())
                .with("vars.IMAGE_USER", "")
                .with("secrets.IMAGE_PASSWORD", "")
                .with("secrets.GITHUB_TOKEN", "")
                .with("matrix.platform", "amd64");
        release.run("version");
        release.run("files");
        release.run("image");
        anotherPlatform();
        // So that what comes now really pulls.
        docker(
                "image",
                "rm",
                "--force",
                image + ":" + VERSION + "-" + System.getProperty("os.arch").replace("amd64", "x86_64"));
        release.run("publish");
        release.run("release");
    }

    @AfterAll
    static void close() {
        if (registry != null) {
            docker("image", "rm", "--force", image + "@" + release.output("publish", "digest"), image + ":" + VERSION);
            registry.close();
        }
    }

    /** What Git knows of this checkout, as it is on the disk, with what a maintainer writes before a tag. */
    private static Path checkout(Path copy) throws IOException {
        Files.createDirectory(copy);
        shell(
                Path.of("."),
                "git ls-files -z --cached --others --exclude-standard"
                        + " | grep -zv '^docs/screenshots/' | xargs -0 cp --parents --preserve=mode,timestamps -t '"
                        + copy + "'");
        Path changes = copy.resolve("CHANGELOG.md");
        Files.writeString(
                changes,
                Files.readString(changes)
                        .replace("## [Unreleased]\n", "## [Unreleased]\n\n## [%s] - 2026-12-24\n".formatted(VERSION)));
        return copy;
    }

    private static Map<String, String> environment() throws IOException {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        for (Map.Entry<String, String> program :
                Map.of("cosign", FAKE_COSIGN, "gh", FAKE_GH).entrySet()) {
            Path file = Files.writeString(bin.resolve(program.getKey()), program.getValue());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", bin + ":" + System.getenv("PATH"));
        environment.put("CALLED", folder.resolve("called.txt").toString());
        environment.put(
                "PUBLISHED", Files.createDirectory(folder.resolve("published")).toString());
        environment.put("RELEASE_BASES", bases());
        return environment;
    }

    /** The digests that a release is built on; where no registry has them, those of this machine's images of the same names. */
    private static String bases() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("docker/bases/Dockerfile"))) {
            String reference = line.replaceFirst("^FROM ", "");
            if (reference.equals(line)
                    || shell(Path.of("."), "docker pull --quiet " + reference + " || true")
                            .out()
                            .contains(reference)) {
                lines.add(line);
            } else if (reference.startsWith("debian:")) {
                String name = registry.name() + "/" + reference.substring(0, reference.indexOf('@'));
                docker("tag", reference.substring(0, reference.indexOf('@')), name);
                docker("push", "--quiet", name);
                String digest = docker("image", "inspect", "--format", "{{json .RepoDigests}}", name)
                        .replaceAll("(?s).*" + registry.name() + "/debian(@sha256:[0-9a-f]+).*", "$1");
                docker("image", "rm", name);
                lines.add("FROM " + name + digest);
            }
            // The other is large, and stands for itself by its name.
        }
        return Files.write(folder.resolve("bases"), lines).toString();
    }

    /** What the other machine of the matrix would have pushed and handed on, but for its content. */
    private static void anotherPlatform() throws IOException {
        Path context = Files.createDirectory(folder.resolve("arm64"));
        Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n");
        String name = image + ":arm64";
        docker("buildx", "build", "--quiet", "--platform", "linux/arm64", "--tag", name, context.toString());
        docker("push", "--quiet", name);
        String digest = docker("image", "inspect", "--format", "{{index .RepoDigests 0}}", name);
        docker("image", "rm", name);
        Path artifact = Files.createDirectory(folder.resolve("run/artifacts/digest-arm64"));
        Files.writeString(artifact.resolve("arm64"), digest.substring(digest.indexOf('@') + 1) + "\n");
    }

    private static String docker(String... arguments) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return Shell.run(Path.of("."), Map.of(), MINUTES, command)
                .succeeded()
                .out()
                .strip();
    }

    private static Shell.Result shell(Path where, String script) {
        return Shell.run(where, Map.of(), MINUTES, List.of("bash", "-c", script))
                .succeeded();
    }

    private static Path published(String name) {
        return folder.resolve("published").resolve(name);
    }

    private static List<String> called() throws IOException {
        return Files.readAllLines(folder.resolve("called.txt"));
    }

    @Test
    void theImageIsOneNameForAllPlatformsInLowerCase() {
        JsonObject index = new JsonObject(
                docker("buildx", "imagetools", "inspect", image + ":" + VERSION, "--format", "{{json .Manifest}}"));

        assertThat(index.getString("digest")).isEqualTo(release.output("publish", "digest"));
        assertThat(index.getJsonArray("manifests").stream()
                        .map(manifest -> ((JsonObject) manifest)
                                .getJsonObject("platform")
                                .getString("architecture")))
                .containsExactlyInAnyOrder("amd64", "arm64");
        // A preview is nobody's latest.
        assertThat(Shell.run(
                                Path.of("."),
                                Map.of(),
                                MINUTES,
                                List.of("docker", "buildx", "imagetools", "inspect", image + ":latest"))
                        .code())
                .isNotZero();
    }

    @Test
    void whatIsPulledByDigestSaysItsVersionAndCommit() {
        String digest = image + "@" + release.output("publish", "digest");
        docker("pull", "--quiet", digest);

        assertThat(new JsonObject(docker("image", "inspect", "--format", "{{json .Config.Labels}}", digest)).getMap())
                .containsEntry("org.opencontainers.image.version", VERSION)
                .containsEntry("org.opencontainers.image.revision", COMMIT)
                .containsEntry("org.opencontainers.image.source", "https://github.com/Some-Owner/HubStorage");
        assertThat(docker("run", "--rm", "--entrypoint", "hubstorage", digest, "--version"))
                .isEqualTo("HubStorage " + VERSION);
        assertThat(docker("run", "--rm", "--entrypoint", "cat", digest, "/usr/share/man/man1/hubstorage-restore.1"))
                .startsWith(".TH ");
    }

    @Test
    void theImageIsScannedBeforeItIsNamedAndSignedByItsDigest() throws IOException {
        List<WorkflowRun.Used> used = release.used();
        int scan = indexOf(used, "anchore/scan-action");
        int handedOn = indexOf(used.subList(scan, used.size()), "actions/upload-artifact");

        assertThat(used.get(scan).with().get("image")).matches(image + "@sha256:[0-9a-f]{64}");
        assertThat(used.get(scan).with()).containsEntry("fail-build", "true");
        assertThat(used.get(scan).job()).isEqualTo("image");
        assertThat(handedOn).isEqualTo(1);
        assertThat(called().getFirst())
                .isEqualTo("cosign sign --yes " + image + "@" + release.output("publish", "digest"));
    }

    private static int indexOf(List<WorkflowRun.Used> used, String action) {
        return used.stream()
                .map(each -> each.action().replaceFirst("@.*", ""))
                .toList()
                .indexOf(action);
    }

    @Test
    void theFilesAreNamedSignedAndWhole() throws IOException {
        try (Stream<Path> files = Files.list(published("release"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "hubstorage-9.8.7-rc.1.jar",
                            "hubstorage-9.8.7-rc.1.cdx.json",
                            "hubstorage_9.8.7~rc.1_all.deb",
                            "hubstorage-chart-9.8.7-rc.1.tgz",
                            "docker-compose.yml",
                            "env.example",
                            "SHA256SUMS",
                            "SHA256SUMS.sigstore.json");
        }
        assertThat(shell(published("release"), "sha256sum --check --strict SHA256SUMS")
                        .out()
                        .lines())
                .hasSize(6)
                .allSatisfy(line -> assertThat(line).endsWith(": OK"));
        assertThat(called().get(1))
                .isEqualTo("cosign sign-blob --yes --bundle release/SHA256SUMS.sigstore.json release/SHA256SUMS");
        JsonObject contents = new JsonObject(Files.readString(published("release/hubstorage-9.8.7-rc.1.cdx.json")));
        assertThat(contents.getJsonArray("components").stream().map(each -> ((JsonObject) each).getString("name")))
                .contains("vertx-core", "picocli")
                .doesNotContain("junit-jupiter", "s3proxy");
        assertThat(Shell.run(
                                Path.of("."),
                                Map.of(),
                                MINUTES,
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin/java")
                                                .toString(),
                                        "-jar",
                                        published("release/hubstorage-9.8.7-rc.1.jar")
                                                .toString(),
                                        "--version"))
                        .succeeded()
                        .out())
                .isEqualTo("HubStorage " + VERSION + "\n");
    }

    @Test
    void thePageSaysWhatTheChangelogSays() throws IOException {
        assertThat(called().get(2))
                .startsWith("gh release create v" + VERSION + " --verify-tag --title HubStorage " + VERSION
                        + " --notes-file notes.md --prerelease=true release/");
        assertThat(Files.readString(published("notes.md")))
                .startsWith("The first version in Java.")
                .contains("### Added")
                .endsWith("The image: `%s:%s@%s`\n".formatted(image, VERSION, release.output("publish", "digest")));
    }

    @Test
    void theComposeFileOfTheReleasePullsItAndComesUp() throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        Files.copy(published("release/docker-compose.yml"), home.resolve("docker-compose.yml"));
        String name = "hubstorage-release-" + ProcessHandle.current().pid();
        int port;
        try (ServerSocket any = new ServerSocket(0)) {
            port = any.getLocalPort();
        }
        Files.writeString(home.resolve(".env"), """
            COMPOSE_PROJECT_NAME=%s
            HUBSTORAGE_CONTAINER_NAME=%s
            HUBSTORAGE_BIND_ADDRESS=127.0.0.1
            HUBSTORAGE_WEB_PORT=%d
            """.formatted(name, name, port));
        docker("image", "rm", "--force", image + ":" + VERSION, image + "@" + release.output("publish", "digest"));

        try {
            shell(home, "docker compose up --detach --wait");

            try (HttpClient http = HttpClient.newHttpClient()) {
                assertThat(http.send(
                                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
                                                .build(),
                                        BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(200);
            }
            assertThat(docker("inspect", "--format", "{{.Config.Image}}", name)).isEqualTo(image + ":" + VERSION);
        } finally {
            shell(home, "docker compose down --volumes");
        }
    }

    @Test
    void aFileThatIsNotTheReleasesIsFound() throws IOException {
        Path copy = folder.resolve("tampered");
        WorkflowRun.copy(published("release"), copy);
        Files.writeString(copy.resolve("env.example"), "AWS_ENDPOINT_URL=https://elsewhere.example\n");

        Shell.Result found = script("check-files", VERSION, copy.toString());

        assertThat(found.code()).isEqualTo(1);
        assertThat(found.err()).contains("env.example", "are not those that SHA256SUMS was made of");
        assertThat(script("check-files", "9.8.6", published("release").toString())
                        .code())
                .isNotZero();
    }

    @Test
    void anImageOfAnotherVersionOrCommitIsFound() {
        Shell.Result found = script("check-image", image + "@" + release.output("publish", "digest"), "9.8.6");

        assertThat(found.code()).isEqualTo(1);
        assertThat(found.err()).contains("'" + VERSION + " " + COMMIT + "', not '9.8.6 ");
    }

    private static Shell.Result script(String... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", "scripts/release.sh"));
        command.addAll(List.of(arguments));
        return Shell.run(checkout, Map.of("GITHUB_SHA", COMMIT), MINUTES, command);
    }

    /** There the page and its files are all of it. */
    @Test
    void withoutARegistryThereIsNoImage() throws IOException {
        WorkflowRun run = new WorkflowRun(
                        Path.of(".github/workflows/release.yml"),
                        Files.createDirectory(folder.resolve("no-registry")),
                        checkout,
                        Map.of())
                .with("github.ref_name", "v" + VERSION)
                .with("github.sha", COMMIT)
                .with("github.repository", "Some-Owner/HubStorage")
                .with("vars.IMAGE_REGISTRY", "");
        run.run("version");

        assertThat(run.isWanted("image")).isFalse();
        assertThat(run.isWanted("files")).isTrue();
        assertThat(run.isWanted("release")).isTrue();
    }
}
