package io.hubstorage.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a release is called and says of itself; that it can be made is {@code ReleaseIT}'s to show. */
final class ReleaseScriptTest {
    private static final String CHANGES = """
        # Changes

        ## [Unreleased]

        ### Added

        - What is to come.

        ## [1.10.0] - 2026-12-24

        ### Fixed

        - `code`, and "quotes", & $HOME.

        ## [1.1.0]

        ## [1.0.0-rc.1] - 2026-12-01

        - A first look.

        [1.0.0-rc.1]: https://example.org/
        """;

    @TempDir
    Path folder;

    private ScriptFolder scripts;

    @BeforeEach
    void copyScripts() throws IOException {
        scripts = ScriptFolder.in(folder);
        Files.writeString(folder.resolve("CHANGELOG.md"), CHANGES);
        scripts.set("RELEASE_BASES", "");
    }

    private Shell.Result release(String arguments) {
        return scripts.run("release.sh", arguments.split(" "));
    }

    private String said(String arguments) {
        return release(arguments).succeeded().out();
    }

    @ParameterizedTest
    @CsvSource({"v1.2.3,1.2.3", "v0.0.10,0.0.10", "v1.2.3-rc.1,1.2.3-rc.1", "v10.20.30-alpha,10.20.30-alpha"})
    void aTagNamesAVersion(String tag, String version) {
        assertThat(said("version " + tag)).isEqualTo(version + "\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.3",
                "v1.2",
                "v1.2.3.4",
                "v01.2.3",
                "v1.2.3+build",
                "v1.2.3-",
                "v1.2.3-rc_1",
                "v1.2.3-01",
                "vv1.2.3"
            })
    void whatIsNoVersionMakesNoRelease(String tag) {
        Shell.Result refused = release("version " + tag);

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("'" + tag + "' names no version", "v1.2.3");
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void aPreviewTakesNobodysName() {
        assertThat(said("is-preview 1.2.3")).isEqualTo("false\n");
        assertThat(said("image-tags 1.2.3")).isEqualTo("1.2.3\n1.2\n1\nlatest\n");
        assertThat(said("is-preview 1.2.3-rc.1")).isEqualTo("true\n");
        assertThat(said("image-tags 1.2.3-rc.1")).isEqualTo("1.2.3-rc.1\n");
    }

    @Test
    void anImageIsNamedInLowerCaseAndOnlyWhereThereIsARegistry() {
        assertThat(said("image-name registry.example Some-Owner/HubStorage"))
                .isEqualTo("registry.example/some-owner/hubstorage\n");
        assertThat(scripts.run("release.sh", "image-name", "", "Some-Owner/HubStorage")
                        .succeeded()
                        .out())
                .isEmpty();
    }

    @Test
    void theNotesAreTheVersionsSectionAndNoOthers() {
        assertThat(said("notes 1.10.0")).isEqualTo("""
            ### Fixed

            - `code`, and "quotes", & $HOME.
            """);
        assertThat(said("notes 1.0.0-rc.1 registry.example/hub:1")).isEqualTo("""
            - A first look.

            The image: `registry.example/hub:1`
            """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.0", "1.0.0", "1.10", "10.0", "9.9.9"})
    void aVersionOfWhichNothingIsSaidIsNotReleased(String version) {
        Shell.Result refused = release("notes " + version);

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("CHANGELOG.md has no section [" + version + "]", "Unreleased");
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void theBasesStandForTheImagesOfTheDockerfileWhateverRegistryTheyComeFrom() throws IOException {
        Path bases = Files.writeString(folder.resolve("bases"), """
            # Of two kinds.
            FROM debian:trixie-slim@sha256:0a1b
            FROM localhost:5000/maven:3.9-eclipse-temurin-25@sha256:2c3d
            FROM registry.example/maven:4.0@sha256:4e5f
            """);
        scripts.set("RELEASE_BASES", bases.toString());

        assertThat(said("bases")).isEqualTo("""
            debian:trixie-slim=docker-image://debian:trixie-slim@sha256:0a1b
            maven:3.9-eclipse-temurin-25=docker-image://localhost:5000/maven:3.9-eclipse-temurin-25@sha256:2c3d
            maven:4.0=docker-image://registry.example/maven:4.0@sha256:4e5f
            """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "deploy", "version", "publish registry.example/hub 1.2.3", "notes a b c"})
    void wrongUsageEndsWith2(String arguments) {
        Shell.Result wrong = arguments.isEmpty() ? scripts.run("release.sh") : release(arguments);

        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).contains("release.sh");
    }
}
