package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bench.Peer.Installed;
import io.hubstorage.bench.Peer.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PeerTest {
    @TempDir
    private Path folder = Path.of("");

    private Path other = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        other = Files.createDirectory(folder.resolve("other"));
    }

    @Test
    void theFileManagerOfTheSameNameIsNotMistakenForTheClient() throws IOException {
        program(folder.resolve("mc"), "GNU Midnight Commander 4.8.33");
        assertThat(Product.MC.installed(List.of(folder, other))).isEmpty();

        Path client = program(other.resolve("minio-client"), "minio-client version DEVELOPMENT.GOGET (commit-id=1)");
        assertThat(Product.MC.installed(List.of(folder, other)))
                .contains(new Installed(client, "minio-client version DEVELOPMENT.GOGET (commit-id=1)"));
    }

    @Test
    void aVersionWithoutANameGetsOne() throws IOException {
        Path program = program(folder.resolve("s5cmd"), "v2.3.0-991c9fb");

        assertThat(Product.S5CMD.installed(List.of(folder))).contains(new Installed(program, "s5cmd v2.3.0-991c9fb"));
    }

    @Test
    void whatIsBrokenOrSaysNothingIsNotInstalled() throws IOException {
        Files.setPosixFilePermissions(
                Files.writeString(folder.resolve("rclone"), "#!/nowhere\n"),
                PosixFilePermissions.fromString("rwxr-xr-x"));
        program(folder.resolve("aws"), "");
        Files.writeString(folder.resolve("s5cmd"), "not executable");

        assertThat(Product.values())
                .allSatisfy(each ->
                        assertThat(each.installed(List.of(folder, other))).isEmpty());
    }

    private static Path program(Path file, String says) throws IOException {
        Files.writeString(file, "#!/bin/sh\necho '%s'\n".formatted(says));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
