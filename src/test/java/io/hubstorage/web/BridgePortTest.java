package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.web.bridge.BridgePort;
import io.hubstorage.web.sse.EventHub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BridgePortTest {
    @TempDir
    Path folder;

    @Test
    void aTakenPortOfTheBridgeIsNotTakenForThatOfTheWebServer() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            assertThatThrownBy(() -> WebServer.start(
                            folder, Map.of("HUBSTORAGE_TCP_BRIDGE_PORT", port), EventHub.Limits.DEFAULT))
                    .isInstanceOf(BridgePort.UnusableException.class)
                    .hasMessageContainingAll("Port " + port + " on 127.0.0.1", "taken", "HUBSTORAGE_TCP_BRIDGE_PORT");
        }
    }
}
