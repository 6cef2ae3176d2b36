package io.hubstorage.cli;

import io.hubstorage.config.ClusterSettings;
import io.hubstorage.config.Environment;
import io.hubstorage.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether the service on this machine is well. */
@Command(
        name = "health",
        description = "Ask the running service whether it is ready; for health checks and scripts.",
        footer = {
            "  java -jar hubstorage.jar health",
            "  java -jar hubstorage.jar health --url http://192.168.1.20:5002/health/ready"
        })
final class HealthCommand extends CliCommand {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int LONGEST_ANSWER = 4_096;

    @Option(
            names = "--url",
            paramLabel = "<url>",
            description = "What to ask (else /health/ready where HUBSTORAGE_WEB_HOST and HUBSTORAGE_WEB_PORT say)")
    private @Nullable URI url;

    HealthCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() {
        if (url != null && !"https".equalsIgnoreCase(url.getScheme())) {
            return ask(url, null);
        }
        Environment environment = Environment.load(program.environment());
        Settings settings = environment.settings();
        // A worker has nothing to hide behind a certificate: it says whether it is well.
        boolean plain = ClusterSettings.role(environment) == ClusterSettings.Role.WORKER;
        Settings.Tls tls = plain ? null : settings.tls();
        return ask(
                url != null ? url : readiness(settings.web(), tls == null ? "http" : "https"),
                tls == null ? null : tls.certificate());
    }

    /** Where a service with these settings answers for its readiness, seen from its own machine. */
    private static URI readiness(Settings.Web web, String scheme) {
        String host = switch (web.host()) {
            case "0.0.0.0", "::" -> "127.0.0.1";
            default -> Settings.Web.inUrl(web.host());
        };
        return URI.create("%s://%s:%s/health/ready".formatted(scheme, host, web.port()));
    }

    /**
     * Says what the service answers, or why it does not; some seconds later at most.
     *
     * @param certificate the file with the one that the service shows here; null where it shows none
     */
    private ExitCode ask(URI address, @Nullable Path certificate) {
        try {
            HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection(java.net.Proxy.NO_PROXY);
            if (connection instanceof HttpsURLConnection secure) {
                PinnedTrust.of(certificate, address.getHost()).applyTo(secure);
            }
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            int status = connection.getResponseCode();
            try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                String said = body == null ? "" : new String(body.readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8);
                say(said.isBlank() ? "%s answers %d".formatted(address, status) : said);
                return status == 200 ? ExitCode.OK : ExitCode.FAILED;
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            say("%s does not answer: %s".formatted(address, e.getMessage()));
            return ExitCode.FAILED;
        }
    }

    private void say(String text) {
        out().println(Table.printable(text));
    }
}
