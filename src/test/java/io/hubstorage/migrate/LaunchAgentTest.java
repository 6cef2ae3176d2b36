package io.hubstorage.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LaunchAgentTest {
    @TempDir
    Path home;

    private Path plist(String members) throws IOException {
        Path folder = Files.createDirectories(home.resolve("Library/LaunchAgents"));
        return Files.writeString(folder.resolve("com.s3backup.sync.daemon.plist"), """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://127.0.0.1:1/not-asked-for.dtd">
            <plist version="1.0">
            <dict>
                <key>Label</key>
                <string>com.s3backup.sync.daemon</string>
                <key>RunAtLoad</key>
                <true/>
                %s
            </dict>
            </plist>
            """.formatted(members));
    }

    @Test
    void anIntervalFoldersAndVariablesAreReadWithoutAskingTheNetwork() throws IOException {
        Path file = plist("""
            <key>StartInterval</key><integer>21600</integer>
            <key>WorkingDirectory</key><string>/Users/me/HubStorage</string>
            <key>EnvironmentVariables</key><dict><key>AWS_PROFILE</key><string>lab</string></dict>\
            """);

        assertThat(LaunchAgent.installed(home)).contains(file);
        LaunchAgent agent = LaunchAgent.read(file);
        assertThat(agent.intervalHours()).isEqualTo(6);
        assertThat(agent.cron()).isNull();
        assertThat(agent.workingFolder()).isEqualTo(Path.of("/Users/me/HubStorage"));
        assertThat(agent.variables()).containsEntry("AWS_PROFILE", "lab");
    }

    @Test
    void aTimeOfTheCalendarIsACronExpression() throws IOException {
        Path file = plist("""
            <key>StartCalendarInterval</key><dict><key>Hour</key><integer>2</integer>
            <key>Minute</key><integer>30</integer></dict>\
            """);

        assertThat(LaunchAgent.read(file).cron()).isEqualTo("30 2 * * *");
        assertThat(LaunchAgent.read(file).intervalHours()).isNull();
    }

    @Test
    void whatIsNoPropertyListIsExplained() throws IOException {
        Path binary = Files.writeString(home.resolve("binary.plist"), "bplist00...");
        assertThatThrownBy(() -> LaunchAgent.read(binary)).hasMessageContaining("plutil -convert xml1");
        Path text = Files.writeString(home.resolve("text.plist"), "<html></html>");
        assertThatThrownBy(() -> LaunchAgent.read(text)).hasMessageContaining("is no property list");
        assertThat(LaunchAgent.installed(home)).isEmpty();
    }

    @Test
    void noOtherFileIsReadThroughAnEntity() throws IOException {
        Path secret = Files.writeString(home.resolve("secret"), "planted");
        Path file = Files.writeString(home.resolve("evil.plist"), """
            <!DOCTYPE plist [<!ENTITY x SYSTEM "%s">]>
            <plist><dict><key>WorkingDirectory</key><string>a&x;b</string></dict></plist>
            """.formatted(secret.toUri()));

        assertThat(String.valueOf(LaunchAgent.read(file))).doesNotContain("planted");
    }
}
