package io.hubstorage.testkit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.hubstorage.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * A server in a container, where there is a Docker. {@code -Dhubstorage.contract.image} names another image than MinIO's
 * (one that is started in the same way), {@code -Dhubstorage.contract.lacks} what it cannot do, separated by commas.
 */
@Testcontainers(disabledWithoutDocker = true)
final class ContainerS3ContractIT extends StoredContract {
    private static final String IMAGE = System.getProperty("hubstorage.contract.image", "minio/minio:latest");
    /** MinIO keeps objects as files: no file beside a folder of its name, no segments that a file system reads otherwise. */
    private static final String MINIO_LACKS =
            "CONTROL_CHARACTERS,LEADING_SLASH,DOT_SEGMENTS,EMPTY_SEGMENTS," + "FILE_BESIDE_FOLDER,FOLDER_WITH_CONTENT";

    private static final String ACCESS_KEY = "contract";
    private static final String SECRET_KEY = "contract-secret";
    private static final int PORT = 9000;

    private @Nullable GenericContainer<?> container;
    private @Nullable S3AsyncClient writer;

    @Override
    @SuppressWarnings("resource") // Stopped after the last test.
    Settings.Aws startServer(String bucket) {
        GenericContainer<?> server = new GenericContainer<>(DockerImageName.parse(IMAGE))
                .withEnv("MINIO_ROOT_USER", ACCESS_KEY)
                .withEnv("MINIO_ROOT_PASSWORD", SECRET_KEY)
                .withCommand("server", "/data")
                .withExposedPorts(PORT)
                .waitingFor(Wait.forHttp("/minio/health/live").forPort(PORT))
                .withStartupTimeout(Duration.ofMinutes(2));
        requireImage();
        server.start();
        container = server;
        URI endpoint = URI.create("http://%s:%d".formatted(server.getHost(), server.getMappedPort(PORT)));
        Settings.Aws settings = TestClients.settings(endpoint, ACCESS_KEY, SECRET_KEY);
        S3AsyncClient client = TestClients.s3(settings);
        writer = client;
        client.createBucket(request -> request.bucket(bucket)).join();
        return settings;
    }

    /** Asks once. Testcontainers would try for minutes, which is no use where no registry can be reached. */
    private static void requireImage() {
        DockerClient docker = DockerClientFactory.lazyClient();
        try {
            docker.inspectImageCmd(IMAGE).exec();
        } catch (NotFoundException absent) {
            try {
                boolean pulled = docker.pullImageCmd(IMAGE).start().awaitCompletion(2, TimeUnit.MINUTES);
                Assumptions.assumeTrue(pulled, "the image %s does not arrive".formatted(IMAGE));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            } catch (DockerException | DockerClientException failure) {
                Assumptions.abort("the image %s cannot be had (%s); -Dhubstorage.contract.image names another one"
                        .formatted(IMAGE, failure.getMessage()));
            }
        }
    }

    @Override
    void stopServer() {
        if (writer != null) {
            writer.close();
        }
        if (container != null) {
            container.stop();
        }
    }

    @Override
    S3AsyncClient writer() {
        return Objects.requireNonNull(writer);
    }

    @Override
    Set<Lack> lacks() {
        return Stream.of(System.getProperty("hubstorage.contract.lacks", MINIO_LACKS)
                        .split(",", -1))
                .filter(name -> !name.isBlank())
                .map(Lack::valueOf)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Lack.class)));
    }
}
