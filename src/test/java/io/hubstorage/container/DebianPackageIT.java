package io.hubstorage.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The package on a bare Debian: installed, used, removed and purged. Java is that of the tests, in the place of a package of it. */
@Testcontainers(disabledWithoutDocker = true)
final class DebianPackageIT {
    private static final Duration MINUTES = Duration.ofMinutes(5);

    @TempDir
    static Path folder;

    private final String name = "hubstorage-deb-" + ProcessHandle.current().pid();

    @BeforeAll
    static void pack() {
        boolean there = Shell.run(folder, Map.of(), MINUTES, List.of("bash", "-c", "command -v dpkg-deb"))
                        .code()
                == 0;
        Assumptions.assumeTrue(there, "dpkg-deb is not installed");
        pack(folder);
    }

    @BeforeEach
    void start() {
        host(
                "docker",
                "run",
                "--detach",
                "--rm",
                "--name",
                name,
                "--volume",
                folder + ":/packages:ro",
                "--volume",
                System.getProperty("java.home") + ":/usr/lib/jvm/java-25-of-the-tests:ro",
                "debian:trixie-slim",
                "sleep",
                "600");
    }

    @AfterEach
    void stop() {
        Shell.run(folder, Map.of(), MINUTES, List.of("docker", "rm", "--force", name));
    }

    private static Path pack(Path output) {
        host(
                "env",
                "JAVA_HOME=" + System.getProperty("java.home"),
                "scripts/deb.sh",
                "--jar",
                System.getProperty("hubstorage.jar"),
                "--version",
                "9.8.7-rc.1",
                "--output",
                output.toString());
        return output.resolve("hubstorage_9.8.7~rc.1_all.deb");
    }

    private static String host(String... command) {
        return Shell.run(Path.of("."), Map.of(), MINUTES, List.of(command))
                .succeeded()
                .out();
    }

    private Shell.Result inside(String script) {
        List<String> command = new ArrayList<>(List.of("docker", "exec", name, "bash", "-c", script));
        return Shell.run(folder, Map.of(), MINUTES, command);
    }

    private void installed() {
        inside("dpkg --force-depends --install /packages/*.deb").succeeded();
    }

    @Test
    void itHasWhatBelongsToAServiceWhereDebianHasIt() {
        installed();

        // Slim images leave manual pages out when they unpack; the package has them.
        assertThat(inside("dpkg --listfiles hubstorage").succeeded().out().lines())
                .contains(
                        "/usr/bin/hubstorage",
                        "/usr/lib/systemd/system/hubstorage.service",
                        "/usr/share/man/man1/hubstorage.1.gz",
                        "/usr/share/man/man1/hubstorage-restore.1.gz",
                        "/usr/share/bash-completion/completions/hubstorage",
                        "/usr/share/doc/hubstorage/copyright",
                        "/etc/hubstorage/.env");
        assertThat(inside("dpkg-query --show --showformat='${Version} ${Conffiles}' hubstorage")
                        .succeeded()
                        .out())
                .startsWith("9.8.7~rc.1 ")
                .contains(" /etc/hubstorage/.env ");
        assertThat(inside("dpkg --compare-versions '9.8.7~rc.1' lt 9.8.7").code())
                .isZero();
        assertThat(inside("dpkg --verify hubstorage").succeeded().out()).isEmpty();
        assertThat(inside("stat --format '%U:%G %a %n' /etc/hubstorage /etc/hubstorage/.env /var/lib/hubstorage")
                        .succeeded()
                        .out())
                .isEqualTo("""
                    root:hubstorage 750 /etc/hubstorage
                    root:hubstorage 640 /etc/hubstorage/.env
                    hubstorage:hubstorage 750 /var/lib/hubstorage
                    """);
        assertThat(inside("grep -E '^(ExecStart|User)=' /usr/lib/systemd/system/hubstorage.service")
                        .out())
                .isEqualTo("""
                    User=hubstorage
                    ExecStart=/usr/lib/hubstorage/java -Xmx256m -jar /usr/share/hubstorage/hubstorage.jar
                    """);
        assertThat(inside("source /usr/share/bash-completion/completions/hubstorage && complete -p hubstorage")
                        .succeeded()
                        .out())
                .contains("hubstorage");
    }

    @Test
    void rootsCommandsAreTheServicesAndOthersAreTheirOwn() {
        installed();
        inside("echo HUBSTORAGE_WEB_PORT=99999 >>/etc/hubstorage/.env").succeeded();

        // Read as the service reads it: with its file of variables, and its places.
        Shell.Result wrong = inside("hubstorage config validate");
        assertThat(wrong.err() + wrong.out()).contains("HUBSTORAGE_WEB_PORT", "99999");
        inside("sed -i /99999/d /etc/hubstorage/.env").succeeded();
        inside("hubstorage config create").succeeded();
        assertThat(inside("stat --format %U /var/lib/hubstorage/config/config.json")
                        .succeeded()
                        .out())
                .isEqualTo("hubstorage\n");
        assertThat(inside("hubstorage snapshots").succeeded().out()).contains("/var/lib/hubstorage/data");
        // What it ends with, and what it is told, reach through.
        assertThat(inside("hubstorage nonsense").code()).isEqualTo(2);
        assertThat(inside("echo 'a long password' | hubstorage password")
                        .succeeded()
                        .out())
                .startsWith("pbkdf2:");

        String own = "cd /tmp && LC_ALL=C.UTF-8 DOCKER_MODE=false runuser --user nobody -- hubstorage snapshots";
        assertThat(inside(own).succeeded().out()).contains("/tmp/data").doesNotContain("/var/lib");
        assertThat(inside("runuser --user nobody -- cat /etc/hubstorage/.env").code())
                .isNotZero();
    }

    @Test
    void anUpdateKeepsWhatWasSetAndAPurgeKeepsWhatWasBackedUp() throws IOException {
        installed();
        inside("hubstorage config create && echo HUBSTORAGE_AUTH=none >>/etc/hubstorage/.env")
                .succeeded();
        inside("install -d -o hubstorage /var/lib/hubstorage/data/hublink_20261127060000 && "
                        + "echo precious >/var/lib/hubstorage/data/hublink_20261127060000/file")
                .succeeded();

        installed();
        assertThat(inside("tail -n 1 /etc/hubstorage/.env; stat --format %G /etc/hubstorage/.env")
                        .out())
                .isEqualTo("HUBSTORAGE_AUTH=none\nhubstorage\n");

        inside("dpkg --remove hubstorage").succeeded();
        assertThat(inside("command -v hubstorage").code()).isNotZero();
        assertThat(inside("ls /etc/hubstorage/.env /var/lib/hubstorage/config/config.json")
                        .code())
                .isZero();

        assertThat(inside("dpkg --purge hubstorage").succeeded().out())
                .contains("The snapshots in /var/lib/hubstorage/data are left as they are.");
        assertThat(inside("find /etc /var /usr -path '*hubstorage*' -type f -not -path '/proc/*'")
                        .out())
                .isEqualTo("/var/lib/hubstorage/data/hublink_20261127060000/file\n");
        assertThat(inside("stat --format %U /var/lib/hubstorage/data/hublink_20261127060000")
                        .out())
                .isEqualTo("hubstorage\n");
    }

    @Test
    void withoutASnapshotAPurgeLeavesNothing() {
        installed();
        inside("hubstorage config create").succeeded();

        inside("dpkg --purge hubstorage").succeeded();

        assertThat(inside("find /etc /var /usr -path '*hubstorage*'").out()).isEmpty();
    }

    @Test
    void withoutAJavaItSaysWhatToInstall() {
        installed();

        Shell.Result lost =
                inside("sed -i s:/usr/lib/jvm/:/nowhere/: /usr/lib/hubstorage/java && hubstorage --version");

        assertThat(lost.code()).isEqualTo(127);
        assertThat(lost.err()).contains("openjdk-25-jre-headless", "JAVA_HOME");
    }

    @Test
    void theSameJarMakesTheSamePackage() throws IOException {
        Path once = folder.resolve("hubstorage_9.8.7~rc.1_all.deb");
        Path again = pack(Files.createDirectory(folder.resolve("again")));

        assertThat(Files.mismatch(once, again)).isEqualTo(-1);
    }
}
