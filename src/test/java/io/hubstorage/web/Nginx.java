package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real nginx on loopback (Debian: nginx-light), with nothing set but what a test says. */
final class Nginx implements AutoCloseable {
    private static final List<Path> PROGRAMS =
            List.of(Path.of("/usr/sbin/nginx"), Path.of("/usr/bin/nginx"), Path.of("/usr/local/bin/nginx"));

    private final Process process;
    private final int port;

    private Nginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * One that answers; a test is skipped where none is installed.
     *
     * @param locations what stands within the {@code server} block
     */
    static Nginx start(Path folder, String locations) throws IOException {
        Path program = PROGRAMS.stream().filter(Files::isExecutable).findFirst().orElse(null);
        assumeTrue(program != null, "nginx is not installed");
        int port = FreePorts.one();
        Path configuration = Files.writeString(folder.resolve("nginx.conf"), configuration(folder, port, locations));
        Process process = new ProcessBuilder(
                        String.valueOf(program),
                        "-e",
                        "stderr",
                        "-p",
                        folder.toString(),
                        "-c",
                        configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.log").toFile())
                .start();
        await().ignoreExceptions().until(() -> {
            assertThat(process.isAlive())
                    .as(Files.readString(folder.resolve("nginx.log")))
                    .isTrue();
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return true;
        });
        return new Nginx(process, port);
    }

    private static String configuration(Path folder, int port, String locations) {
        StringBuilder text = new StringBuilder("daemon off;\nmaster_process off;\nerror_log stderr;\n");
        text.append("pid %s/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n".formatted(folder));
        for (String temporary : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            text.append("%s_temp_path %s/%s;\n".formatted(temporary, folder, temporary));
        }
        text.append("server {\nlisten 127.0.0.1:%d;\n".formatted(port));
        return text.append(locations).append("}\n}\n").toString();
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
